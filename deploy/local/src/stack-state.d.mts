import type { Health, ServiceName, SubgraphName } from './start-stack.mjs';

/** What the supervisor of a running stack wrote down; it holds passwords and keys, and only its user may read it. */
export interface StackState {
  readonly phase: 'starting' | 'loading' | 'ready' | 'stopping';
  readonly ports: Readonly<Record<ServiceName, number>>;
  readonly gateway: { readonly mobile: string; readonly dashboard: string; readonly bank: string };
  readonly services: Readonly<Record<SubgraphName, { readonly url: string; readonly pid: number | null }>>;
  readonly databases: Readonly<Record<SubgraphName, string>>;
  readonly kafka: { readonly brokers: string; readonly prefix: string };
  readonly startedInMs: number | null;
  /** What each process finds in its environment, without what the machine's own environment holds. */
  readonly environments: Readonly<Record<ServiceName, Readonly<Record<string, string>>>>;
}

export interface StackStatus {
  readonly ready: boolean;
  readonly gateway: Partial<StackState['gateway']>;
  readonly services: Partial<
    Record<SubgraphName, { readonly url: string; readonly health: Health; readonly pid: number | null }>
  >;
  readonly databases: Partial<StackState['databases']>;
  readonly kafka: { readonly brokers: string };
  readonly startedInMs: number | null;
}

/** @returns null when no stack runs on this data directory (default: ZHIJIA_DATA_DIR or `.zhijia`) */
export declare function readState(dataDir?: string): StackState | null;
export declare function readStatus(dataDir?: string): Promise<StackStatus>;
