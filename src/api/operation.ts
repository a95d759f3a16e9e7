import { z } from 'zod';
import type { Caller } from '../access/policy/may.ts';
import type { Ground } from '../trail/ground.ts';
import type { Upstairs } from '../users/lifecycle/upstairs.ts';

/** A request that is signed, allowed and well-formed. */
export interface Call<Query = unknown, Body = unknown> {
  ground: Ground;
  /** What the floors above the people's move along with them. */
  upstairs: Upstairs;
  caller: Caller;
  operation: string;
  /** The labels of the path, decoded. */
  path: Readonly<Record<string, string>>;
  query: Query;
  body: Body;
}

/** What an operation answers; no body for 204. */
export interface Reply {
  status: number;
  body?: object;
}

/** One operation of the API: a new one is an entry in its resource's `routes.ts`. */
export interface Operation<Query = unknown, Body = unknown> {
  /** As the API's model names it: for the trail, and for what a caller may do. */
  name: string;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/accounts/{accountId}`: a label in braces stands for one segment. */
  path: string;
  /** The `operation` of the query, where several share method and path. */
  operation?: string;
  /** Whether it changes anything: then it is one unit of work, done once however often it is sent. */
  changes: boolean;
  query: z.ZodType<Query>;
  body: z.ZodType<Body>;
  handle(call: Call<Query, Body>): Promise<Reply>;
}

/** Types an operation by its schemas. */
export const operation = <Query, Body>(it: Operation<Query, Body>): Operation => it;

/** For an operation that takes no parameters, or no content. */
export const nothing = z.strictObject({});
