import { defineConfig } from 'vitest/config';

// Tests run from the compiler's output: it alone emits the decorator metadata that NestJS and class-validator need.
export default defineConfig({
  test: {
    include: ['{apps,libs}/**/dist/**/*.spec.js', 'test/dist/**/*.spec.js'],
    exclude: ['**/node_modules/**'],
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
