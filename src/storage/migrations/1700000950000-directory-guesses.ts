import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Guesses from browsers that are not known for the person are bounded by themselves. */
export class DirectoryGuesses1700000950000 implements MigrationInterface {
  name = 'DirectoryGuesses1700000950000';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`ALTER TABLE "directory_guesses" ADD COLUMN "elsewhere" bigint NOT NULL DEFAULT 0`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`ALTER TABLE "directory_guesses" DROP COLUMN "elsewhere"`);
  }
}
