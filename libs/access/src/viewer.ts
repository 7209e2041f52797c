import type { Audience } from './audience.js';
import type { RoleName } from './role-name.js';

export interface RoleGrant {
  role: RoleName;
  organisationId: string;
}

export interface ViewerFacts {
  issuer: string;
  subject: string;
  /** The application or server that holds the token. */
  client: string;
  audience: Audience;
  /** The member this person is, where the issuer vouches for it. */
  memberId: string | null;
  roles: readonly RoleGrant[];
  /** The member for whom an officer acts. They are `memberId` too: what is done is theirs. */
  actingFor: string | null;
}

/** Who asks. A class, so that decorated parameters of resolvers can name it. */
export class Viewer implements ViewerFacts {
  readonly issuer: string;
  readonly subject: string;
  readonly client: string;
  readonly audience: Audience;
  readonly memberId: string | null;
  readonly roles: readonly RoleGrant[];
  readonly actingFor: string | null;

  constructor(facts: ViewerFacts) {
    this.issuer = facts.issuer;
    this.subject = facts.subject;
    this.client = facts.client;
    this.audience = facts.audience;
    this.memberId = facts.memberId;
    this.roles = facts.roles;
    this.actingFor = facts.actingFor;
  }

  /** Recorded beside what an officer does for a member: whose account it was. Null where nobody acts for another. */
  get actedBy(): string | null {
    return this.actingFor === null ? null : this.subject;
  }

  has(...wanted: readonly RoleName[]): boolean {
    return this.roles.some((grant) => wanted.includes(grant.role));
  }

  /** The organisations whose subtrees these roles reach. Stores resolve the subtrees, now, in their query. */
  organisationsOf(...wanted: readonly RoleName[]): string[] {
    return this.roles.filter((grant) => wanted.includes(grant.role)).map((grant) => grant.organisationId);
  }

  /** Whose idempotency keys these are: keys of two people, clients or operations never meet. */
  scopeOf(operation: string): string {
    return [this.issuer, this.subject, this.client, this.actingFor ?? '', operation].join(' ');
  }
}
