import { Viewer, type ViewerFacts } from '@zhijia/access';

/** Somebody of no role on a telephone, but for what is said otherwise. */
export function aViewer(facts: Partial<ViewerFacts> = {}): Viewer {
  return new Viewer({
    issuer: 'https://issuer.test',
    subject: facts.memberId ?? 'somebody',
    client: 'test',
    audience: 'mobile',
    memberId: null,
    roles: [],
    actingFor: null,
    ...facts,
  });
}
