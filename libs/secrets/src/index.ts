/** Sealing of secrets to the conductors, masking of what is shown, tokens. */
export { generateToken, tokenDigest, tokenMatches } from './agent-token.js';
export { isSealed, open, openValue, reseal, type SealContext, type Sealed, seal, sealValue } from './seal.js';
export {
  formatKeysFile,
  generateSealingKey,
  parsePublicKeys,
  parseSealingKeys,
  publicHalf,
  type SealingKey,
  type SealingPublicKey,
} from './sealing-key.js';
export {
  type IsSecret,
  looksSecret,
  mask,
  maskSecrets,
  openSecrets,
  openStepArguments,
  sealSecrets,
  sealStepArguments,
} from './secret-fields.js';
