export declare function reservePort(preferred: number | 'free'): Promise<{ readonly port: number; release(): void }>;
export declare function isFree(port: number): Promise<boolean>;
