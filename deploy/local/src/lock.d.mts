export interface Holder {
  readonly pid: number;
  readonly identity?: string | null;
  readonly note: string;
}
export interface Lock {
  readonly token: string;
  readonly note: string;
  release(): void;
}
export declare function takeLock(file: string, note?: string): { readonly lock?: Lock; readonly holder?: Holder };
export declare function withLock<Result>(
  file: string,
  options: { readonly note?: string; readonly onWait?: (holder: Holder) => void },
  work: () => Result | Promise<Result>,
): Promise<Result>;
export declare function adoptLock(file: string, token: string, note?: string): Lock | null;
export declare function holderOf(file: string): Holder | null;
