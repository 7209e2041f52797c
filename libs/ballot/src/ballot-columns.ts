import type { BallotContent } from './ballot-codec.js';
import { CODE_BYTES } from './ballot-codec.js';
import { OTHER_STRATUM } from './manifest.js';
import type { Manifest } from './manifest.js';

/** A counted ballot with where it is reported. */
export interface TallyBallot extends BallotContent {
  /** The voter's organisation, as in the manifest. */
  readonly organisationId: string;
  /** One of the manifest's strata or OTHER: `stratumOf` chooses it. */
  readonly stratum: string;
}

/** Opened ballots as columns of bytes: half a million of them take the memory of their content and no more. */
export interface BallotColumns {
  readonly count: number;
  /** Ballots that were cast and cannot be read. */
  readonly spoiled: number;
  /** Positions in the manifest. */
  readonly organisations: Uint32Array<ArrayBuffer>;
  /** Positions among the manifest's strata, OTHER behind them. */
  readonly strata: Uint8Array<ArrayBuffer>;
  /** An answer for each target. */
  readonly grades: Uint8Array<ArrayBuffer>;
  /** Eight bytes for each target; empty where codes are off. */
  readonly codes: Uint8Array<ArrayBuffer>;
}

/** Bytes that one ballot takes in each column of bytes. */
export function ballotWidths(manifest: Pick<Manifest, 'targetIds' | 'codes'>): { grades: number; codes: number } {
  const grades = manifest.targetIds.length;
  return { grades, codes: manifest.codes ? grades * CODE_BYTES : 0 };
}

/** Names of the groups that a ballot's stratum is a position of. */
export function stratumNames(manifest: Pick<Manifest, 'strata'>): readonly string[] {
  return [...manifest.strata, OTHER_STRATUM];
}

/** Gathers opened ballots, a bounded number of them. */
export class BallotGatherer {
  private readonly organisationIndexes: ReadonlyMap<string, number>;
  private readonly stratumIndexes: ReadonlyMap<string, number>;
  private readonly widths: { readonly grades: number; readonly codes: number };
  private columns: BallotColumns;
  private count = 0;
  private spoiled = 0;

  constructor(
    manifest: Pick<Manifest, 'targetIds' | 'codes' | 'strata' | 'organisations'>,
    private readonly most: number,
  ) {
    this.widths = ballotWidths(manifest);
    this.organisationIndexes = new Map(
      manifest.organisations.map(({ organisationId }, index) => [organisationId, index]),
    );
    this.stratumIndexes = new Map(stratumNames(manifest).map((name, index) => [name, index]));
    this.columns = this.newColumns();
  }

  get isFull(): boolean {
    return this.count === this.most;
  }

  /** @throws RangeError for an organisation or stratum that the manifest does not know, or content of another length. */
  add({ organisationId, stratum, grades, codes }: TallyBallot): void {
    const organisation = this.organisationIndexes.get(organisationId);
    const stratumIndex = this.stratumIndexes.get(stratum);
    if (organisation === undefined) throw new RangeError(`The manifest has no organisation ${organisationId}.`);
    if (stratumIndex === undefined) throw new RangeError(`The manifest has no stratum ${stratum}.`);
    if (grades.length !== this.widths.grades || codes.length !== this.widths.codes) {
      throw new RangeError('The ballot is not one of this manifest.');
    }
    if (this.isFull) throw new RangeError(`No more than ${this.most} ballots are gathered at once.`);
    this.columns.organisations[this.count] = organisation;
    this.columns.strata[this.count] = stratumIndex;
    this.columns.grades.set(grades, this.count * this.widths.grades);
    this.columns.codes.set(codes, this.count * this.widths.codes);
    this.count += 1;
  }

  /** Counts a ballot that was cast and cannot be read. */
  addSpoiled(): void {
    this.spoiled += 1;
  }

  /** Hands over what was gathered and begins anew. */
  take(): BallotColumns {
    const taken = { ...this.columns, count: this.count, spoiled: this.spoiled };
    this.columns = this.newColumns();
    this.count = 0;
    this.spoiled = 0;
    return taken;
  }

  private newColumns(): BallotColumns {
    return {
      count: 0,
      spoiled: 0,
      organisations: new Uint32Array(this.most),
      strata: new Uint8Array(this.most),
      grades: new Uint8Array(this.most * this.widths.grades),
      codes: new Uint8Array(this.most * this.widths.codes),
    };
  }
}
