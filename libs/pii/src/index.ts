export { Keyring, KeyringError, type KeyringFile } from './keyring.js';
export { readKeyring } from './read-keyring.js';
export { CannotOpenField, FieldCipher, type FieldPlace } from './field-cipher.js';
export { BlindIndex, type IndexedField } from './blind-index.js';
export { normalise, type FieldKind } from './normalise.js';
export { maskCardNumber, maskIdNumber, maskName, maskPhone } from './mask.js';
export { checkIdNumber, idNumberCheckCharacter, type IdNumberCheck } from './check-id-number.js';
export { checkMobileNumber, type MobileNumberCheck } from './check-mobile-number.js';
export { checkUnifiedCode, unifiedCodeCheckCharacter, type UnifiedCodeCheck } from './check-unified-code.js';
