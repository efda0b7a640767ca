// What TypeScript does not look at: edge functions, which must keep to CloudFront Functions' runtime 2.0 although Node
// would take more (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html),
// and the few Node scripts.

const MODULES = ['crypto', 'querystring', 'buffer', 'cloudfront'];
const GLOBALS = [
  ...['Array', 'Boolean', 'Date', 'Error', 'JSON', 'Math', 'Number', 'Object', 'Promise', 'RegExp', 'String'],
  ...['TypeError', 'Uint8Array', 'console', 'decodeURIComponent', 'encodeURIComponent', 'isNaN', 'parseInt', 'require', 'undefined'],
];
const FORBIDDEN = {
  ClassDeclaration: 'classes',
  ClassExpression: 'classes',
  ObjectPattern: 'destructuring',
  ArrayPattern: 'destructuring',
  SpreadElement: 'spread',
  AssignmentPattern: 'default parameters',
  ForOfStatement: 'for-of',
  'FunctionDeclaration[generator=true]': 'generators',
  'FunctionExpression[generator=true]': 'generators',
  'ArrowFunctionExpression[async=true]': 'async closures',
  'FunctionExpression[async=true]': 'async closures',
  'CallExpression > AwaitExpression.arguments': 'await among arguments',
  'Property[shorthand=true]': 'shorthand properties',
  'Property[computed=true]': 'computed properties',
  TaggedTemplateExpression: 'tagged templates',
  ExportNamedDeclaration: 'exports',
  ExportDefaultDeclaration: 'exports',
  ExportAllDeclaration: 'exports',
};

const EVERYWHERE = {
  'no-undef': 'error',
  'no-var': 'error',
  'prefer-const': 'error',
  eqeqeq: 'error',
  'no-eval': 'error',
  'no-new-func': 'error',
  'no-implied-eval': 'error',
  'no-unreachable': 'error',
  'no-shadow': 'error',
};

export default [
  { ignores: ['node_modules/', 'web/', '.local/', '.venv/', '.venv-check/', '.venv-generator/', 'build/', 'cdk.out/'] },
  {
    files: ['infra/edge/*.js'],
    languageOptions: {
      // The newest edition that has await and nothing newer, such as ?. or object spread.
      ecmaVersion: 2017,
      sourceType: 'module',
      globals: Object.fromEntries(GLOBALS.map((name) => [name, 'readonly'])),
    },
    linterOptions: { noInlineConfig: true },
    rules: {
      ...EVERYWHERE,
      'no-unused-vars': ['error', { varsIgnorePattern: '^handler$', caughtErrors: 'none' }],
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: `^(?!(${MODULES.join('|')})$)`, message: `The edge has only ${MODULES.join(', ')}.` }] },
      ],
      'no-restricted-syntax': [
        'error',
        ...Object.entries(FORBIDDEN).map(([selector, what]) => ({ selector, message: `The edge has no ${what}.` })),
      ],
    },
  },
  {
    files: ['eslint.config.js', 'local/**/*.mjs', 'tests/browser/**/*.mjs', 'bench/**/*.mjs'],
    languageOptions: {
      ecmaVersion: 2024,
      sourceType: 'module',
      globals: Object.fromEntries(['Blob', 'Buffer', 'OffscreenCanvas', 'URL', 'atob', 'clearTimeout', 'console', 'createImageBitmap', 'crypto', 'document', 'fetch', 'location', 'performance', 'process', 'setTimeout', 'window'].map((name) => [name, 'readonly'])),
    },
    rules: { ...EVERYWHERE, 'no-unused-vars': 'error' },
  },
];
