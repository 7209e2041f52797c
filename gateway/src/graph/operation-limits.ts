import { GraphQLError, type DocumentNode } from 'graphql';
import { limits, refusals, type LimitName } from '../refusals.js';
import { measureDocument } from './measure-document.js';

/** Told before anything is validated or planned: both may cost far more than reading what is asked. */
export function limitRefusalOf(document: DocumentNode): GraphQLError | null {
  const measures = measureDocument(document, limits.fields);
  if (measures.depth === Infinity) return withinItself();
  const names = ['depth', 'aliases', 'directives', 'fields', 'repeats', 'rootFields'] as const;
  const passed = names.find((name) => measures[name] > limits[name]);
  return passed === undefined ? null : limitExceeded(passed, limits[passed]);
}

/** As validation would say, only before it meets whatever else is in such a document. */
function withinItself(): GraphQLError {
  return new GraphQLError('Cannot spread a fragment within itself. 片段不能引用自身。', {
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  });
}

export function limitExceeded(name: LimitName, max: number): GraphQLError {
  return new GraphQLError(refusals.LIMIT_EXCEEDED.message, {
    extensions: { code: 'LIMIT_EXCEEDED', limit: name, max, http: { status: 400 } },
  });
}
