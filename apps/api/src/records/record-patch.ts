import { isDeepStrictEqual } from 'node:util';
import { type Fields, fieldsWhere } from '../versions/field.js';
import { applyPatch, fieldOf, type PatchOperation, readPatch, requirePatchable } from './json-patch.js';
import { type RecordValues, readValue, refuseSealed, requireServed } from './record-body.js';

/** A JSON patch of a record, held against the table of its fields. */
export class RecordPatch {
  private readonly patchable: readonly string[];
  private readonly operations: readonly PatchOperation[];
  /** The fields that operations name. */
  readonly touched: ReadonlySet<string>;

  /**
   * @param noun how errors name the record
   * @param fields the table of its fields
   * @throws `invalid` for what is no patch or names fields that cannot be patched; `not-acceptable` for fields that the
   *   version lacks
   */
  constructor(
    private readonly noun: string,
    private readonly fields: Fields,
    body: unknown,
    minor: number,
  ) {
    this.operations = readPatch(body, minor);
    this.patchable = fieldsWhere(fields, (field) => field.patch === true);
    requirePatchable(this.operations, this.patchable);
    this.touched = new Set(this.operations.map(fieldOf));
    requireServed(fields, this.touched, minor);
    for (const operation of this.operations) refuseSealed(operation.value, operation.path);
  }

  /**
   * The values of the record after the patch. A field that was removed has the value of a new record.
   *
   * @param row the record as it is
   * @throws `invalid`, naming the operation or the field
   */
  valuesAfter(row: object): RecordValues {
    const before = Object.fromEntries(this.patchable.map((name) => [name, Reflect.get(row, name)]));
    const after = applyPatch(before, this.operations);
    for (const name of this.touched) {
      const field = this.fields[name];
      if (field === undefined) continue;
      const isReset = after[name] === null && field.initial !== undefined;
      after[name] = isReset ? field.initial : readValue(this.noun, name, field, after[name]);
    }
    return after;
  }

  /** Those of the values that differ from the record's. */
  changesOf(row: object, after: RecordValues): RecordValues {
    const changed = this.patchable.filter(
      (name) => !isDeepStrictEqual(Reflect.get(row, name) ?? null, after[name] ?? null),
    );
    return Object.fromEntries(changed.map((name) => [name, after[name]]));
  }
}
