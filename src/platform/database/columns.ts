import type { EntitySchemaColumnOptions } from 'typeorm';

type Null<T> = null extends T ? { nullable: true } : { nullable?: false };

/** Every property of the row must have a column, and nullability must agree: `satisfies Columns<Row>`. */
export type Columns<T> = { [K in keyof T]-?: EntitySchemaColumnOptions & Null<T[K]> };

/** A whole number, exact up to 2^53; PostgreSQL's driver gives bigint as text. */
export const integer = {
  type: 'bigint',
  transformer: {
    to: (value: unknown) => value,
    from: (value: string | number | null) => (value === null ? null : Number(value)),
  },
} as const satisfies EntitySchemaColumnOptions;

/** A time: milliseconds since 1970, UTC, one type on both engines. */
export const time = { ...integer };

export const json = { type: 'simple-json' } as const satisfies EntitySchemaColumnOptions;
export const flag = { type: 'boolean' } as const satisfies EntitySchemaColumnOptions;
export const longText = { type: 'text' } as const satisfies EntitySchemaColumnOptions;
export const text = (length = 255) => ({ type: 'varchar', length }) as const satisfies EntitySchemaColumnOptions;
export const id = text(64);

/** A row as TypeORM's insert and update take it: their types have no words for a JSON column of any shape. */
export const asRow = (row: object): never => row as never;
