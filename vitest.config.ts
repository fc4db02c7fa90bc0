import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Tests run from the compiler's output: it alone emits the decorator metadata that NestJS and class-validator need.
export default defineConfig({
  test: {
    include: ['{apps,libs}/**/dist/**/*.spec.js', 'test/dist/**/*.spec.js'],
    exclude: ['**/node_modules/**'],
    isolate: false,
    // Integration tests wait more than they work: two at a time take two thirds of the time of one on two processors.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
