export declare function requireIdempotencyKeys(publicSdl: string): void;
