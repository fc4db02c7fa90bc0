/** A file, or files, in the repository that a program of ours writes; nobody edits them by hand. */
export interface GeneratedFiles {
  /** For the reader. */
  what: string;
  /**
   * The compiled generator, below the repository. Run with `--check` it writes nothing and ends with exit code 1, naming what is
   * stale, when the files are not as it would write them.
   */
  generator: string;
}

/** All of them; `./bessemer check` holds them against their generators. */
export const generatedFiles: readonly GeneratedFiles[] = [
  { what: 'docs/reference/lifecycle.md', generator: 'libs/lifecycle/dist/generate.js' },
  { what: 'docs/reference/events.md, docs/reference/schemas', generator: 'libs/contracts/dist/generate.js' },
  {
    what: 'docs/reference/openapi.json, docs/reference/versions.md',
    generator: 'apps/api/dist/openapi/generate.js',
  },
];
