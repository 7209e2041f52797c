import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import importX from 'eslint-plugin-import-x';
import n from 'eslint-plugin-n';
import tseslint from 'typescript-eslint';

const kafka = { name: 'kafkajs', message: 'Only libs/messaging speaks to Kafka.' };
const testing = { group: ['@zhijia/testing', '@zhijia/testing/*'], message: 'Testing never ships.' };
const impure = {
  group: ['@nestjs/*', 'typeorm', '**/*.store', '**/*.store.js'],
  message: 'Rules decide from values. Load in the use case and pass them in.',
};

const writtenSql = {
  name: '@zhijia/database',
  importNames: ['row', 'rows', 'execute', 'lookUp', 'preparedRows'],
  message: 'SQL is written in *.store.ts. Ask the store.',
};

const scopes = ['members', 'timebank', 'evaluations', 'benefits'];

export default tseslint.config(
  {
    ignores: ['**/dist/**', '**/node_modules/**', '.nx/**', '.zhijia/**', '**/graphql.types.ts'],
  },
  js.configs.recommended,
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        setImmediate: 'readonly',
        fetch: 'readonly',
        AbortSignal: 'readonly',
        AbortController: 'readonly',
        performance: 'readonly',
        TextDecoder: 'readonly',
        TextEncoder: 'readonly',
      },
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { n, 'import-x': importX, '@nx': nx },
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // A use case that only waits for one thing still promises: callers do not care.
      '@typescript-eslint/require-await': 'off',
      // What was caught is thrown again as it came.
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true }],
      // Option objects carry functions (KafkaJS's payloads, our ports); they are written to be taken out.
      '@typescript-eslint/unbound-method': 'off',
      'n/no-process-env': 'error',
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: false,
          // libs/testing boots what it tests; the tests of these libraries use it.
          ignoredCircularDependencies: ['database', 'messaging', 'ledger', 'policy', 'subgraph', 'access'].map(
            (name) => [name, 'testing'],
          ),
          depConstraints: [
            { sourceTag: 'type:contract', onlyDependOnLibsWithTags: ['type:contract'] },
            { sourceTag: 'type:lib', onlyDependOnLibsWithTags: ['type:lib', 'type:contract', 'type:testing'] },
            { sourceTag: 'type:testing', onlyDependOnLibsWithTags: ['scope:shared'] },
            { sourceTag: 'type:gateway', onlyDependOnLibsWithTags: ['scope:shared'] },
            ...scopes.map((scope) => ({
              sourceTag: `scope:${scope}`,
              onlyDependOnLibsWithTags: [`scope:${scope}`, 'scope:shared'],
            })),
            { sourceTag: 'type:system', onlyDependOnLibsWithTags: ['*'] },
          ],
        },
      ],
    },
  },
  {
    files: [
      '**/*.config.ts',
      '**/*spec.ts',
      '**/test/**/*.ts',
      'libs/testing/**/*.ts',
      'e2e/**/*.ts',
      'bench/**/*.ts',
      'faults/**/*.ts',
    ],
    rules: { 'n/no-process-env': 'off' },
  },
  {
    files: ['**/*spec.ts', '**/test/**/*.ts', 'e2e/**/*.ts', 'libs/testing/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
    },
  },
  {
    files: ['services/*/src/**/*.ts', 'gateway/src/**/*.ts'],
    ignores: ['**/*spec.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: [kafka], patterns: [testing] }] },
  },
  {
    files: ['services/*/src/**/*.ts'],
    ignores: ['**/*spec.ts', '**/*.store.ts', '**/migrations/**'],
    rules: { 'no-restricted-imports': ['error', { paths: [kafka, writtenSql], patterns: [testing] }] },
  },
  {
    // Last, because a rule's options replace those of the blocks before.
    files: ['services/*/src/rules/**/*.ts', 'libs/ledger/src/plan-*.ts'],
    ignores: ['**/*spec.ts'],
    rules: {
      'no-restricted-globals': ['error', { name: 'Date', message: 'Rules decide from values: pass the instant in.' }],
      'no-restricted-imports': ['error', { paths: [kafka, writtenSql], patterns: [testing, impure] }],
    },
  },
);
