import type { County } from './county.mjs';

/** @throws Error when the county cannot be loaded; the same call goes on where it was */
export function loadCounty(
  county: County,
  stack?: {
    readonly dataDir: string;
    readonly gateway: Readonly<Record<'mobile' | 'dashboard' | 'bank', string>>;
    readonly databases: Readonly<Record<string, string>>;
    /** What the members service finds in its environment. */
    readonly membersEnvironment: Readonly<Record<string, string>>;
  },
): Promise<void>;
