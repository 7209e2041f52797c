export declare function findCommand(name: string, path?: string): string | null;
