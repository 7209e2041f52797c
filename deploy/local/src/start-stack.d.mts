/** The subgraphs of one product; each has a process, a database and a port. */
export type SubgraphName = 'members' | 'timebank' | 'evaluations' | 'benefits';

export type ServiceName = SubgraphName | 'issuer' | 'gateway';

/** What a service says of itself; `down` when nobody answers. */
export type Health = 'ready' | 'degraded' | 'unready' | 'down';

export interface StackOptions {
  /** Keeps secrets and logs; without it a temporary directory that goes with the stack. */
  dataDir?: string;
  /** Default `test`: what ends stays ended, so that a test sees it. */
  mode?: 'development' | 'test';
  /** Default `free`. */
  ports?: 'free' | 'default' | Readonly<Record<ServiceName, number>>;
  /** One URL per service as it is, or a server (default TEST_DATABASE_URL) for databases made here and dropped at the end. */
  databases?: string | Readonly<Record<SubgraphName, string>>;
  /** Default TEST_KAFKA_BROKERS and a prefix of its own for topics and groups. */
  kafka?: { readonly brokers?: string; readonly prefix?: string };
  /** Only these subgraphs; default all. */
  services?: readonly SubgraphName[];
  /** Whether the members' OpenID Connect issuer runs; default only outside tests, which sign tokens themselves. */
  issuer?: boolean;
  /** false: no gateway. */
  gateway?: boolean;
  /** Variables on top of the contract, by service. */
  env?: Readonly<Partial<Record<ServiceName, Readonly<Record<string, string>>>>>;
  /** Programs to run instead of `dist/main.js`, by service. */
  entries?: Readonly<Partial<Record<ServiceName, string>>>;
  /** Whether a service that ends is started again; default only outside tests. */
  keepRunning?: boolean;
  /** Lines for people. */
  onProgress?: (line: string) => void;
}

export interface StackSecrets {
  readonly folder: string;
  readonly viewerStatementKeys: Readonly<Record<SubgraphName, string>>;
  readonly deadLetterKey: string;
  readonly consentGrantKey: string;
  readonly piiKeyringFile: string;
  readonly piiIndexKeyFile: string;
  readonly ballotServiceKeyFile: string;
  readonly ballotKeyDir: string;
  /** The development issuer's private key (JWK); tests sign tokens with it. */
  readonly issuerKeyFile: string;
  readonly issuerKeySetFile: string;
  readonly issuerCookieKey: string;
}

export interface Stack {
  readonly mode: 'development' | 'test';
  readonly dataDir: string;
  readonly secrets: StackSecrets;
  readonly ports: Readonly<Record<ServiceName, number>>;
  readonly databases: Readonly<Record<SubgraphName, string>>;
  readonly kafka: { readonly brokers: string; readonly prefix: string };
  /** GraphQL endpoints of the three audiences. */
  readonly gateway: { readonly mobile: string; readonly dashboard: string; readonly bank: string };
  /** The `iss` of the built-in issuer's tokens. */
  readonly issuer: string;
  /** `url` is the subgraph's GraphQL endpoint; `pid` is null while it is down. Read anew each time. */
  readonly services: Readonly<
    Record<SubgraphName, { readonly url: string; readonly pid: number | null; readonly port: number }>
  >;
  pidOf(name: ServiceName): number | null;
  logOf(name: ServiceName): string;
  healthOf(name: ServiceName): Promise<Health>;
  /** What a process of this service finds in its environment; for commands that run beside it. */
  environmentOf(name: ServiceName): Record<string, string>;
  /** `kill -9`; it stays down until `start` or `restart`. */
  kill(name: ServiceName): Promise<void>;
  /** Starts what is down and waits until it is ready. */
  start(name: ServiceName): Promise<void>;
  /** Stops politely, starts, waits until it is ready. */
  restart(name: ServiceName): Promise<void>;
  /** Stops everything and drops what was made for this stack. */
  stop(): Promise<void>;
}

/**
 * Starts the product's services from their builds (`npm run build` first) and resolves when all are ready.
 *
 * @throws Error that names the service and quotes the end of its log, when one does not become ready
 */
export declare function startStack(options?: StackOptions): Promise<Stack>;
