// class-transformer ships this module without naming its types; class-validator-jsonschema needs it to see nested classes.
declare module 'class-transformer/cjs/storage.js' {
  export { defaultMetadataStorage } from 'class-transformer/types/storage.js';
}
