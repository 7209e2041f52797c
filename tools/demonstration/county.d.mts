export interface CountyOrganisation {
  readonly code: string;
  readonly nameZh: string;
  readonly nameEn: string;
  readonly kind: 'FEDERATION' | 'UNION_FEDERATION' | 'BASE_UNION' | 'DEPARTMENT';
  readonly parentCode: string | null;
  /** 1 at the top to 5. */
  readonly level: number;
  readonly unifiedCode: string;
}

export interface CountyUnion extends CountyOrganisation {
  readonly kind: 'BASE_UNION';
  /** How many members it has. */
  readonly size: number;
}

export interface CountyMember {
  /** The place in the county, from 0. */
  readonly number: number;
  readonly memberNumber: string;
  readonly fullName: string;
  readonly sex: 'female' | 'male';
  readonly birthDate: string;
  readonly idNumber: string;
  readonly phone: string;
  readonly organisationCode: string;
  readonly joinedOn: string;
  /** In the words of the import. */
  readonly strata: readonly string[];
  readonly verifiedBy: string | null;
  readonly verifiedOn: string | null;
}

export interface County {
  readonly seed: string;
  readonly memberCount: number;
  readonly organisations: readonly CountyOrganisation[];
  readonly unions: readonly CountyUnion[];
  membersOf(union: CountyUnion): Iterable<CountyMember>;
  members(): Iterable<CountyMember>;
}

export const fewestMembers: number;
export const mostMembers: number;

/** @throws RangeError for a number of members outside `fewestMembers` to `mostMembers` */
export function makeCounty(options: { readonly seed?: string; readonly members: number }): County;

/** The number on the card of the member who comes so many-th in the county, counted from 0. */
export function memberNumberOf(number: number): string;
