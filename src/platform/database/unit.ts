import type { EntityManager } from 'typeorm';

/** What may be read anywhere. */
export type Reader = Pick<
  EntityManager,
  'find' | 'findBy' | 'findOne' | 'findOneBy' | 'count' | 'countBy' | 'existsBy' | 'query' | 'createQueryBuilder'
>;

/** What a unit of work may do: no `save()` (it selects first, and costs four times as much), no transaction of its own. */
export type Writer = Reader & Pick<EntityManager, 'insert' | 'update' | 'delete' | 'increment'>;
