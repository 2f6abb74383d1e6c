/** Who asks, and for what: the question that authorization answers. */

/** A user as Kubernetes' authentication knows one. */
export interface UserInfo {
  readonly username: string
  readonly uid?: string
  readonly groups: ReadonlyArray<string>
  readonly extra?: Readonly<Record<string, ReadonlyArray<string>>>
}

/** What a request wants to do with a resource; `""` where a part does not apply. */
export interface ResourceAttributes {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly subresource: string
  readonly namespace: string
  readonly name: string
}

export interface NonResourceAttributes {
  readonly verb: string
  readonly path: string
}

export type Attributes =
  | { readonly _tag: "Resource"; readonly resource: ResourceAttributes }
  | { readonly _tag: "NonResource"; readonly nonResource: NonResourceAttributes }
