/** What a request to the simulated API server asks for, read from its method, path and query. */
import type { Attributes } from "../Attributes.ts"

export interface ApiRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly accept: string
  /** What authorization is asked about. */
  readonly attributes: Attributes
  /** Of the API that is asked; empty where the path names none. */
  readonly version: string
  readonly watch: boolean
}

export const parse = (method: string, url: string, accept: string): ApiRequest => {
  const { pathname: path, searchParams: query } = new URL(url, "https://kubernetes")
  const watch = ["true", "1"].includes(query.get("watch") ?? "")
  const [root, second = "", third = ""] = path.split("/").filter((part) => part !== "")
  const version = root === "api" ? second : root === "apis" ? third : ""
  return { method, path, query, accept, watch, version, attributes: attributesOf(method, path, query, watch) }
}

/** `/api/v1/...` and `/apis/GROUP/VERSION/...` below which there is a resource; anything else is a plain path. */
const attributesOf = (method: string, path: string, query: URLSearchParams, watch: boolean): Attributes => {
  const [root, ...parts] = path.split("/").filter((part) => part !== "")
  const group = root === "apis" ? parts[0] ?? "" : ""
  const [first, ...below] = root === "api" ? parts.slice(1) : root === "apis" ? parts.slice(2) : []
  if (first === undefined) return { _tag: "NonResource", nonResource: { verb: method.toLowerCase(), path } }
  const namespaced = first === "namespaces" && below.length > 1
  const [resource = "", name = "", subresource = ""] = namespaced ? below.slice(1) : [first, ...below]
  return {
    _tag: "Resource",
    resource: {
      verb: verbOf(method, name, watch),
      group,
      resource,
      subresource,
      // a namespace is in itself
      namespace: namespaced ? below[0] ?? "" : resource === "namespaces" ? name : "",
      // a list or watch of one name is authorized like a get of it
      name: name === "" ? /^metadata\.name==?([^,]+)$/.exec(query.get("fieldSelector") ?? "")?.[1] ?? "" : name
    }
  }
}

const verbOf = (method: string, name: string, watch: boolean) => {
  switch (method) {
    case "GET":
    case "HEAD":
      return name !== "" ? "get" : watch ? "watch" : "list"
    case "POST":
      return "create"
    case "PUT":
      return "update"
    case "PATCH":
      return "patch"
    case "DELETE":
      return name === "" ? "deletecollection" : "delete"
    default:
      return method.toLowerCase()
  }
}

/** How the client wants an object or a list of them: as it is, as metadata only, as a table, or as a discovery document. */
export type Shape = "Object" | "PartialObjectMetadata" | "Table" | "APIGroupDiscoveryList"

/**
 * The first shape in the Accept header that is asked for as JSON. Whatever else it names, protobuf for instance, JSON is
 * what it gets.
 */
export const shapeOf = (accept: string): Shape => {
  for (const range of accept.split(",")) {
    const [type, ...parameters] = range.split(";").map((part) => part.trim())
    if (type !== "application/json") continue
    const value = (name: string) =>
      parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1)
    switch (value("as")) {
      case undefined:
        return "Object"
      case "Table":
        return "Table"
      case "PartialObjectMetadata":
      case "PartialObjectMetadataList":
        return "PartialObjectMetadata"
      case "APIGroupDiscoveryList":
        if (value("v") === "v2") return "APIGroupDiscoveryList"
    }
  }
  return "Object"
}
