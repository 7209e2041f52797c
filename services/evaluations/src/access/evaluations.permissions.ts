import { defineRules } from '@zhijia/access';

/** Who may reach which fields: the rules that the schema names in `@access`. */
export const evaluationsRules = defineRules({});
