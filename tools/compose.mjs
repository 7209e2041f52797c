/** `npm run compose`: the supergraph of each audience from the services' committed contracts. */
import { composeAll } from './schema/compose-supergraphs.mjs';

composeAll();
