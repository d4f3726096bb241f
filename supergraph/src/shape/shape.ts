import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLFormattedError,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { type JsonObject, setOwn } from '../plan/merge.ts';
import { collectSelection } from '../plan/selection.ts';
import { toAskedPath } from './asked.ts';
import { type LeafCheck, toLeafCheck } from './leaf.ts';
import { addUnlessExplained } from './null.errors.ts';
import type { ShapeScope } from './shape.scope.ts';
import { findNeedOfType, hasFailure, type NeedOfType } from './unknown.type.ts';

type Path = (string | number)[];

/** One pass over one answer. `path` is a stack whose length the depth of the current value tells. */
interface Pass {
  readonly errors: GraphQLFormattedError[];
  readonly path: Path;
  /** Where fragments were met that are answered later. */
  readonly deferred: DeferredFragment[] | undefined;
}

/** A fragment that is answered later, on one object. */
export interface DeferredFragment {
  readonly id: string;
  /** Of the object, in the answer. */
  readonly path: readonly (string | number)[];
  /** Whether the fragment has this response key on this object. */
  has(key: string): boolean;
  /** As `Shape.shape`. */
  shape(errors: GraphQLFormattedError[], deferred: DeferredFragment[]): JsonObject | null;
}

/** A null where none may be: the parent becomes null instead. */
const INVALID = Symbol('null in a non-null position');

/** How values of one type, under one selection, are completed. */
type Complete = (value: unknown, pass: Pass, depth: number) => unknown;

/** The form of an operation's answer. */
export interface Shape {
  /**
   * The answer for what the subgraphs brought: only what was asked, in the order it was asked, nulls propagated.
   * Adds an error for each propagated null that no error in `errors` explains.
   * What is right as it stands is not copied: the answer may share objects with `data`.
   * @param deferred takes the fragments that are answered later, those of objects that null propagation took away too
   */
  shape(data: JsonObject, errors: GraphQLFormattedError[], deferred?: DeferredFragment[]): JsonObject | null;
  /** Drops errors of what nobody asked of an object, now or later. */
  keepAsked(data: JsonObject, errors: GraphQLFormattedError[]): void;
}

export function compileShape(selectionSet: SelectionSetNode, rootType: GraphQLCompositeType, scope: ShapeScope): Shape {
  const root = new ObjectShape([selectionSet], rootType, scope);
  const keepAsked = (data: JsonObject, errors: GraphQLFormattedError[]) =>
    dropUnasked(errors, (path) => toAskedPath(path, data, selectionSet, rootType, scope));
  return {
    shape(data, errors, deferred) {
      if (errors.length) keepAsked(data, errors);
      return root.complete(data, { errors, path: [], deferred }, 0);
    },
    keepAsked,
  };
}

function dropUnasked(
  errors: GraphQLFormattedError[],
  toAsked: (path: readonly (string | number)[]) => typeof path | null,
) {
  const kept = errors.flatMap((error) => {
    if (!error.path) return error;
    const path = toAsked(error.path);
    if (!path) return [];
    return path === error.path ? error : { ...error, path };
  });
  errors.splice(0, errors.length, ...kept);
}

interface FieldShape {
  readonly key: string;
  /** The key in the plan's data. */
  readonly source: string;
  readonly complete: Complete;
}

/** The answer's form for objects of one type. Fields are collected when the first such object comes. */
class ObjectShape {
  #fields: readonly FieldShape[] | undefined;
  #deferred: readonly DeferredShape[] | undefined;

  constructor(
    private readonly selectionSets: readonly SelectionSetNode[],
    private readonly type: GraphQLCompositeType,
    private readonly scope: ShapeScope,
  ) {}

  /** The object itself where it has the fields that were asked, in their order, and no other. */
  complete(object: JsonObject, pass: Pass, depth: number): JsonObject | null {
    this.#fields ??= this.#compileFields();
    const fields = this.#fields;
    let right = 0;
    // The data is JSON: whatever is enumerated is the object's own.
    for (const name in object) {
      const field = fields[right];
      if (field === undefined || field.source !== name || field.key !== name) {
        return this.#rebuild(object, right, undefined, pass, depth);
      }
      const value = object[name];
      pass.path[depth] = name;
      const completed = field.complete(value, pass, depth + 1);
      if (completed === INVALID) return null;
      if (completed !== value) return this.#rebuild(object, right, completed, pass, depth);
      right += 1;
    }
    if (right !== fields.length) return this.#rebuild(object, right, undefined, pass, depth);
    if (this.#deferred) this.#defer(object, pass, depth);
    return object;
  }

  /**
   * @param right how many fields are right as they stand
   * @param next the value of the one after them, if it has been completed
   */
  #rebuild(object: JsonObject, right: number, next: unknown, pass: Pass, depth: number): JsonObject | null {
    const fields = this.#fields as readonly FieldShape[];
    const out: JsonObject = {};
    for (let index = 0; index < fields.length; index += 1) {
      const { key, source, complete } = fields[index] as FieldShape;
      let value = index === right ? next : undefined;
      if (index < right) {
        value = object[source];
      } else if (value === undefined) {
        pass.path[depth] = key;
        value = complete(Object.hasOwn(object, source) ? object[source] : null, pass, depth + 1);
        if (value === INVALID) return null;
      }
      setOwn(out, key, value);
    }
    if (this.#deferred) this.#defer(object, pass, depth);
    return out;
  }

  /** Whether it has this response key, on objects of its type. */
  has(key: string): boolean {
    this.#fields ??= this.#compileFields();
    return this.#fields.some((field) => field.key === key);
  }

  #defer(object: JsonObject, pass: Pass, depth: number): void {
    for (const { id, shapes } of this.#deferred ?? []) {
      const path = pass.path.slice(0, depth);
      // Of an object known by its interface only, the type may come with what the fragment fetches.
      pass.deferred?.push({
        id,
        path,
        has: (key) => shapes.has(object, key),
        shape: (errors, deferred) => shapes.complete(object, { errors, path: [...path], deferred }, depth),
      });
    }
  }

  #compileFields(): FieldShape[] {
    const { type, scope } = this;
    const { fields, deferred } = collectSelection(this.selectionSets, type, scope);
    if (deferred.length) {
      this.#deferred = deferred.map(({ id, selectionSet }) => ({
        id,
        shapes: new ShapesByType([selectionSet], type, 'a deferred fragment', scope),
      }));
    }
    return [...fields].map(([key, nodes]) => {
      const first = nodes[0] as FieldNode;
      const name = first.name.value;
      const source = scope.planKey(first);
      if (name === '__typename' && !isAbstractType(type)) return { key, source, complete: () => type.name };
      const field = 'getFields' in type ? type.getFields()[name] : undefined;
      const complete = field ? compileType(field.type, nodes, `${type.name}.${name}`, scope) : passThrough;
      return { key, source, complete };
    });
  }
}

interface DeferredShape {
  readonly id: string;
  readonly shapes: ShapesByType;
}

/** The form of objects with one name in `__typename`. */
interface TypeForm {
  readonly shape: ObjectShape;
  /** Of an interface's name: what it is not enough for. */
  readonly need: NeedOfType;
}

/** The forms of what one selection selects on objects of a type: for an abstract one by the name in `__typename`. */
class ShapesByType {
  readonly #byTypename = new Map<unknown, TypeForm>();
  readonly #declared: ObjectShape;
  readonly #isAbstract: boolean;

  constructor(
    private readonly selectionSets: readonly SelectionSetNode[],
    private readonly type: GraphQLCompositeType,
    /** What has the selection, for messages. */
    private readonly owner: string,
    private readonly scope: ShapeScope,
  ) {
    this.#isAbstract = isAbstractType(type);
    this.#declared = new ObjectShape(selectionSets, type, scope);
    this.#byTypename.set(undefined, { shape: this.#declared, need: 'nothing' });
  }

  /** Whether the selection has this response key on the object. */
  has(object: JsonObject, key: string): boolean {
    return this.#formOf(object.__typename)?.shape.has(key) === true;
  }

  complete(object: JsonObject, pass: Pass, depth: number): JsonObject | null {
    if (!this.#isAbstract) return this.#declared.complete(object, pass, depth);
    const form = this.#formOf(object.__typename);
    // Not even the name of such a type may show.
    if (!form) return invalidValue(pass, depth, `The object's type for ${this.owner} is not in the schema.`);
    if (form.need !== 'nothing') {
      if (this.scope.isWhole && hasFailure(pass.errors, pass.path.slice(0, depth))) return null;
      if (form.need === 'name') return invalidValue(pass, depth, `The object's type for ${this.owner} did not come.`);
    }
    return form.shape.complete(object, pass, depth);
  }

  /** Undefined for a type that is not one of the abstract type's, or that the API schema hides (`@inaccessible`). */
  #formOf(typename: unknown): TypeForm | undefined {
    let form = this.#byTypename.get(this.#isAbstract ? typename : undefined);
    const type = form ? null : this.#findType(typename);
    if (type) {
      const need = isAbstractType(type) ? findNeedOfType(this.selectionSets, type, this.scope) : 'nothing';
      form = { shape: new ObjectShape(this.selectionSets, type, this.scope), need };
      this.#byTypename.set(typename, form);
    }
    return form;
  }

  #findType(typename: unknown): GraphQLCompositeType | null {
    const { schema } = this.scope;
    const type = typeof typename === 'string' ? schema.getType(typename) : undefined;
    if (!isAbstractType(this.type) || !(isObjectType(type) || isInterfaceType(type))) return null;
    return type === this.type || schema.isSubType(this.type, type) ? type : null;
  }
}

/** Introspection's answers, complete as they are. */
const passThrough: Complete = (value) => value ?? null;

function compileType(
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
  coordinate: string,
  scope: ShapeScope,
): Complete {
  if (isNonNullType(type)) {
    const completeNullable = compileType(type.ofType, nodes, coordinate, scope);
    const message = `Cannot return null for non-nullable field ${coordinate}.`;
    return (value, pass, depth) => {
      const completed = completeNullable(value, pass, depth);
      if (completed !== null) return completed;
      addUnlessExplained(pass.errors, pass.path.slice(0, depth), message);
      return INVALID;
    };
  }
  if (isListType(type)) return compileList(compileType(type.ofType, nodes, coordinate, scope), coordinate);
  if (isLeafType(type)) return compileLeaf(toLeafCheck(type), type.name, coordinate);
  const selectionSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  return compileComposite(getNamedType(type) as GraphQLCompositeType, selectionSets, coordinate, scope);
}

function compileList(completeItem: Complete, coordinate: string): Complete {
  return (value, pass, depth) => {
    if (value === null || value === undefined) return null;
    if (!Array.isArray(value)) return invalidValue(pass, depth, `Expected a list for field ${coordinate}.`);
    let items: unknown[] = value;
    for (let index = 0; index < value.length; index += 1) {
      pass.path[depth] = index;
      const item = completeItem(value[index], pass, depth + 1);
      if (item === INVALID) return null;
      if (items !== value) items.push(item);
      else if (item !== value[index]) items = value.slice(0, index).concat([item]);
    }
    return items;
  };
}

function compileLeaf(isValid: LeafCheck, typeName: string, coordinate: string): Complete {
  return (value, pass, depth) => {
    if (value === null || value === undefined) return null;
    if (isValid(value)) return typeName === 'ID' && typeof value === 'number' ? String(value) : value;
    return invalidValue(pass, depth, `A subgraph's value for field ${coordinate} is no ${typeName}.`);
  };
}

function compileComposite(
  type: GraphQLCompositeType,
  selectionSets: readonly SelectionSetNode[],
  coordinate: string,
  scope: ShapeScope,
): Complete {
  const shapes = new ShapesByType(selectionSets, type, `field ${coordinate}`, scope);
  return (value, pass, depth) => {
    if (value === null || value === undefined) return null;
    if (typeof value !== 'object' || Array.isArray(value)) {
      return invalidValue(pass, depth, `Expected an object for field ${coordinate}.`);
    }
    return shapes.complete(value as JsonObject, pass, depth);
  };
}

function invalidValue(pass: Pass, depth: number, message: string): null {
  pass.errors.push({ message, path: pass.path.slice(0, depth), extensions: { code: 'INVALID_SUBGRAPH_VALUE' } });
  return null;
}
