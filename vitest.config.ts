import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

/** Tests that compare times, or start whole instances and kill them: nothing may run beside them. */
const alone = ['test/dist/bench/**/*.spec.js', 'test/dist/chaos/**/*.spec.js'];

// Tests run from the compiler's output: it alone emits the decorator metadata that NestJS and class-validator need.
export default defineConfig({
  test: {
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: ['{apps,libs}/**/dist/**/*.spec.js', 'test/dist/**/*.spec.js'],
          exclude: [...configDefaults.exclude, ...alone],
          // Integration tests wait more than they work: two at a time take two thirds of the time of one on two processors.
          maxWorkers: Math.max(2, availableParallelism() - 1),
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
