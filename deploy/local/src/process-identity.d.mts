export declare function identityOf(pid: number): string | null;
export declare function isAlive(
  known: { readonly pid: number; readonly identity?: string | null } | undefined,
): boolean;
export declare function parentOf(pid: number): number;
export declare function commandLineOf(pid: number): string;
