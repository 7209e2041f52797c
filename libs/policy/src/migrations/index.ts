import { CreatePolicy1760000000300 } from './1760000000300-create-policy.js';

export const policyMigrations = [CreatePolicy1760000000300];
