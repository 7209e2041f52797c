/** `npm run migration -- <service> <verb-first-sentence>`: an empty migration in its place, to be added to the index. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, services } from './schema/services.mjs';

const [service, sentence] = process.argv.slice(2);
if (!services.includes(service) || !/^(create|add|keep|rename|drop|backfill)(-[a-z0-9]+)+$/.test(sentence ?? '')) {
  process.stderr.write(
    `Say a service (${services.join(', ')}) and a sentence that begins with create, add, keep, rename, drop or backfill.\n`,
  );
  process.exit(1);
}
const millis = Date.now();
const name = sentence.replace(/(^|-)([a-z0-9])/g, (_all, _dash, letter) => letter.toUpperCase());
const file = join(root, 'services', service, 'src/migrations', `${millis}-${sentence}.ts`);
if (existsSync(file)) throw new Error(`${file} is there already`);
writeFileSync(
  file,
  `import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ${name}${millis} implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(\`\`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(\`\`);
  }
}
`,
);
process.stdout.write(`${file}\nAdd ${name}${millis} to ${service}'s migrations/index.ts.\n`);
