import { mistakenCampaigns } from './bad-input/annulments.js';
import { foreignAudiences } from './bad-input/audiences.js';
import { badBallots } from './bad-input/ballots.js';
import { afterTheClosing } from './bad-input/closing.js';
import { directCalls } from './bad-input/direct-calls.js';
import { badImportFiles } from './bad-input/import-files.js';
import { foreignCampaigns, rowsOutOfReach } from './bad-input/out-of-reach.js';
import { badRequests } from './bad-input/requests.js';
import { reusedKeys } from './bad-input/reused-keys.js';
import { badTokens } from './bad-input/tokens.js';
import { whatIsLeft } from './bad-input/what-is-left.js';
import { World } from './bad-input/world.js';

/**
 * Every refusal that the product promises, through its doors and on its real parts: a clear answer of a known type,
 * nothing lost, nothing doubled. From the ballots on each part begins where the one before it ended, and the last counts
 * what is left.
 */
describe('what bad input gets', () => {
  const world = new World();
  beforeAll(() => world.open(), 180_000);
  afterAll(() => world.product?.stop(), 60_000);

  badRequests(world);
  badTokens(world);
  directCalls(world);
  foreignAudiences(world);
  rowsOutOfReach(world);
  foreignCampaigns(world);
  badBallots(world);
  reusedKeys(world);
  badImportFiles(world);
  afterTheClosing(world);
  mistakenCampaigns(world);
  whatIsLeft(world);
});
