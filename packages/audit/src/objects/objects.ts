import type { Adoption } from './adopt.ts'
import type { Exchange } from '../exchange.ts'
import type { AuditOperation } from '../operation.ts'
import type { Persona } from '../persona.ts'
import type { Run } from '../run.ts'

/** A kind of object and the operations about it, told from path templates or written in the configuration. */
export interface Resource {
  /** `/orders/{id}` without its last parameter: `/orders`. */
  readonly name: string
  readonly collection: string
  readonly item: string
  /** The last path parameter of the item. */
  readonly parameter: string
  /** Whose objects stand before it in the path. */
  readonly parent?: Resource
  readonly create?: AuditOperation
  readonly list?: AuditOperation
  readonly read?: AuditOperation
  readonly replace?: AuditOperation
  readonly update?: AuditOperation
  readonly remove?: AuditOperation
  /** Members of its representation that name the owner. */
  readonly ownerMembers: readonly string[]
  /** Whether the rules let others read it. */
  readonly shared: boolean
  /** Roles that may read the objects of others, and those that may change them, too. */
  readonly readers: readonly string[]
  readonly editors: readonly string[]
  /** Whether somebody wrote whose its objects are; otherwise it is assumed that they belong to who made them. */
  readonly told: boolean
  /** The path parameter that is the subject of the owner, where the description says so. */
  readonly subject?: string
}

/** One object of the target and whose it is. */
export interface TargetObject {
  readonly resource: Resource
  readonly owner: Persona
  /** Values of all path parameters. */
  readonly values: Readonly<Record<string, string>>
  /** Random text that stands in it and nowhere else; only in objects that this run made. */
  readonly marker?: string
  /** Whether this run made it, and so may change and remove it. */
  readonly seeded: boolean
}

/** What somebody saw of an object. */
export interface Look {
  readonly state: 'there' | 'gone' | 'unknown'
  readonly exchange?: Exchange
  /** Its members by their path, without those that change at every reading. Values are JSON. */
  readonly members: ReadonlyMap<string, string>
}

/** Objects of the run. Everything that is made is written to the journal before and after, and removed at the end. */
export interface Objects {
  readonly resources: readonly Resource[]
  /** One object of an owner: made for it, told by the configuration, or known by its subject. */
  find(resource: Resource, owner: Persona): TargetObject | undefined
  /** Why there is none, in words that go behind `not tested:`. */
  missing(resource: Resource, owner: Persona): string
  /** Makes one for a single case, which may break or remove it. Needs the mode `writes`. */
  throwAway(resource: Resource, owner: Persona, run: Run): Promise<TargetObject | undefined>
  /** Reads an object as its owner. */
  readBack(object: TargetObject, run: Run): Promise<Exchange | undefined>
  /** Reads an object as its owner or as somebody else, and takes it apart. */
  look(object: TargetObject, run: Run, as?: Persona): Promise<Look>
  /**
   * What an attack may have made: answers the object if it is there and surely that one, and sees to it that it is removed.
   * Whatever carries the marker and is found later is removed, too.
   */
  adopt(resource: Resource, adoption: Adoption, run: Run): Promise<TargetObject | undefined>
}

/** Objects whose life the run is in charge of. */
export interface ManagedObjects extends Objects {
  /** Makes one object of every kind for every persona who may, where the mode allows it. Called once, before the matrix is read. Answers what is worth a word. */
  prepare(run: Run): Promise<readonly string[]>
  /**
   * Removes everything that this run made, and what the runs of its journal left, children first. Called once, whatever happened, beyond
   * the budget. Answers what is still there, each with the request that removes it.
   */
  cleanUp(run: Run): Promise<readonly string[]>
}
