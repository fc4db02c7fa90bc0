export {
  BessemerError,
  type BessemerErrorOptions,
  type ErrorCode,
  errorCodes,
  isBessemerError,
  toBessemerError,
} from './error.js';
