import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';
import { type CatalogueMessage, catalogue, type MessageClass } from './catalogue.js';
import { type CatalogueQuestion, questions } from './question-catalogue.js';

const schemaPrefix = '#/$defs/';

/**
 * The JSON Schema (draft 2020-12) of a message class, with the classes that it holds under `$defs`.
 *
 * @param message a class of the catalogue
 */
export function schemaOf(message: MessageClass): object {
  const all = validationMetadatasToSchemas({
    refPointerPrefix: schemaPrefix,
    classTransformerMetadataStorage: defaultMetadataStorage,
  });
  const needed = new Map<string, object>();
  const visit = (name: string): void => {
    const schema = all[name];
    if (schema === undefined || needed.has(name)) return;
    needed.set(name, schema);
    for (const reference of JSON.stringify(schema).matchAll(/"\$ref":"#\/\$defs\/(\w+)"/g)) visit(reference[1] ?? '');
  };
  visit(message.name);
  const { [message.name]: root, ...definitions } = Object.fromEntries(needed);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: message.name,
    ...root,
    ...(Object.keys(definitions).length > 0 ? { $defs: definitions } : {}),
  };
}

/** The text of every generated file by its path below the repository's root. */
export function referenceFiles(): Map<string, string> {
  const files = new Map<string, string>();
  const classes = new Set([
    ...catalogue.map((entry) => entry.message),
    ...questions.flatMap((entry) => [entry.question, entry.answer]),
  ]);
  for (const message of classes)
    files.set(`docs/reference/schemas/${message.name}.json`, `${JSON.stringify(schemaOf(message), null, 2)}\n`);
  files.set('docs/reference/events.md', eventReference());
  return files;
}

function eventReference(): string {
  return [
    '# Messages and questions',
    '',
    'Generated from `libs/contracts/src/catalogue.ts`; `npm run build && node libs/contracts/dist/generate.js` writes it anew.',
    '',
    'Payloads are CloudEvents 1.0 in JSON; what follows is their `data`.',
    '',
    '## Streams',
    '',
    ...catalogue.flatMap(messageSection),
    '## Questions',
    '',
    '| subject | question | answer | what for |',
    '|---|---|---|---|',
    ...questions.map(questionRow),
    '',
  ].join('\n');
}

function messageSection(entry: CatalogueMessage): string[] {
  return [
    `### ${entry.message.name}`,
    '',
    entry.description,
    '',
    `- stream \`${entry.stream}\`, subject \`${entry.subject}\``,
    `- type \`${entry.type}\`, schema [${entry.message.name}](schemas/${entry.message.name}.json)`,
    '',
    '```json',
    JSON.stringify(entry.example, null, 2),
    '```',
    '',
  ];
}

function questionRow(entry: CatalogueQuestion): string {
  const link = (message: MessageClass) => `[${message.name}](schemas/${message.name}.json)`;
  const subject = entry.subject.replaceAll('|', '\\|');
  return `| \`${subject}\` | ${link(entry.question)} | ${link(entry.answer)} | ${entry.description} |`;
}
