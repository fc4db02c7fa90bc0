import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import type { MessageClass } from './catalogue.js';

/** The classes of the fields of a message class that hold instances or lists of them, by the field, as `@Type` says. */
export function nestedClasses(message: MessageClass): ReadonlyMap<string, MessageClass> {
  const nested = new Map<string, MessageClass>();
  for (const field of Object.keys(new message())) {
    const type = defaultMetadataStorage.findTypeMetadata(message, field)?.typeFunction();
    if (type !== undefined) nested.set(field, type as MessageClass);
  }
  return nested;
}
