import { getMetadataStorage } from 'class-validator';

type Storage = ReturnType<typeof getMetadataStorage>;
type Find = Storage['getTargetValidationMetadatas'];

/**
 * Lets class-validator remember the rules of each class. For each object that it checks it would look through the rules of all classes
 * for those of its parents, which took longer than to check the object; once a class is made its rules never change.
 * They do not depend on the schema, which is the name of the class around: rules that go by names are not used.
 */
export function rememberRules(): void {
  const storage = getMetadataStorage();
  const find: Find = storage.getTargetValidationMetadatas.bind(storage);
  const known = new WeakMap<Parameters<Find>[0], ReturnType<Find>>();
  storage.getTargetValidationMetadatas = (type, schema, always, strictGroups, groups) => {
    if (typeof type !== 'function' || always || strictGroups || groups?.length)
      return find(type, schema, always, strictGroups, groups);
    const rules = known.get(type) ?? find(type, schema, always, strictGroups, groups);
    known.set(type, rules);
    return rules;
  };
}
