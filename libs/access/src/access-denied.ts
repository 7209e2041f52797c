import { GraphQLError } from 'graphql';

/** Listed with the other codes in docs/codes.md. */
const accessDeniedCode = 'ACCESS_DENIED';

/** Says no more than that: whether the thing exists is not told. */
export function accessDenied(): GraphQLError {
  return new GraphQLError('You may not reach this field. 您无权访问该字段。', {
    extensions: { code: accessDeniedCode },
  });
}
