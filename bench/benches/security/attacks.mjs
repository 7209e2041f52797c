/**
 * What a client with a good token can do to a gateway, one document each, never the same text twice: a refusal that is
 * remembered would cost nothing. Sent to `/mobile/graphql`, where development answers every document.
 */
export const attacks = {
  deep: (mark) => query(`query D${mark} { me { ${'organisation { parent { '.repeat(20)} id ${'} } '.repeat(20)} } }`),
  aliased: (mark) => query(`query A${mark} { me { ${times(800, (n) => `a${n}_${mark}: id`)} } }`),
  wide: (mark) => query(`query W${mark} { me { ${times(20_000, () => 'id')} } }`),
  repeated: (mark) => query(`query R${mark} { ${times(400, () => 'me { organisation { id } }')} }`),
  directives: (mark) => query(`query S${mark} { me { ${times(300, () => 'id @skip(if: false)')} } }`),
  unknownDirectives: (mark) => query(`query U${mark} { me { id ${times(600, (n) => `@d${n}`)} } }`),
  hugeVariables: (mark) => ({ query: `query H${mark} { me { id } }`, variables: { mark: 'x'.repeat(200_000) } }),
  hugeBody: (mark) => ({ query: `query B${mark} { me { id } }`, variables: { mark: 'x'.repeat(400_000) } }),
  longText: (mark) => query(`query L${mark} { me { id } } # ${'x'.repeat(200_000)}`),
  circle: (mark) =>
    query(`query C${mark} { me { ...F } } fragment F on Member { organisation { ...G } }
    fragment G on Organisation { parent { ...G } }`),
  // GHSA-q2f9-x4p4-7xmh: each fragment stands twice in the one before.
  doublingFragments: (mark) =>
    query(`query E${mark} { me { ...F0 } } ${times(40, (n) => `fragment F${n} on Member { ...F${n + 1} ...F${n + 1} }`)}
      fragment F40 on Member { id }`),
  // GHSA-p2q6-pwh5-m6jr: fragments on other types in turn, which a planner cannot take for one.
  turningFragments: (mark) =>
    query(`query T${mark} { campaigns { edges { node { ${times(
      12,
      (n) => `rectifications { a${n}: id ...R${n} }`,
    )} } } } }
      ${times(12, (n) => `fragment R${n} on RectificationTask { campaign { rectifications { ${n < 11 ? `...R${n + 1} ...R${n + 1}` : 'id'} } } }`)}`),
  // CVE-2026-32621: names that every object inherits.
  inheritedNames: (mark) => query(`query P${mark} { __proto__: me { constructor: nobody } }`),
  introspection: (mark) =>
    query(`query I${mark} { __schema { types { ${'fields { type { '.repeat(12)} name ${'} } '.repeat(12)} } } }`),
  list: (mark) => [query(`query X${mark} { me { id } }`), query(`query Y${mark} { me { id } }`)],
  notParsed: (mark) => query(`query N${mark} { me { ${'{'.repeat(1_000)}`),
  dear: (mark) =>
    query(
      `query Q${mark} { campaigns(first: 100) { edges { node { rectifications { campaign { targets { id } } } } } } }`,
    ),
};

function query(text) {
  return { query: text };
}

function times(count, write) {
  return Array.from({ length: count }, (_, n) => write(n)).join(' ');
}
