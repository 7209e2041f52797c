export { openTestDatabase, type TestDatabase, type TestDatabaseOptions } from './test-database.js';
export { testKafka, type TestKafka } from './test-kafka.js';
export { ByteSearch, shortestNeedleBytes, type ByteFind, type Needle } from './byte-search.js';
export { spellingsOf, type Spelling } from './number-spellings.js';
export { until, type UntilOptions } from './until.js';
export { makeToken, type TokenFacts } from './make-token.js';
export { testIssuer, type TestIssuer } from './test-issuer.js';
export { aCertificate, type Certified } from './a-certificate.js';
export { FormBrowser, formOf, type FormPage } from './form-browser.js';
