/** On whose behalf an import runs, and how far it may reach. */
export interface Importer {
  /** Issuer and subject, or the command line: kept with the run. */
  readonly name: string;
  /** The organisations whose subtrees the import may change; null for the whole register. */
  readonly reach: readonly string[] | null;
}
