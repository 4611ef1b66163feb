/// The description of the HTTP interface, by hand; a test holds it to `NodeRoute`.
enum OpenAPI {
  /// OpenAPI 3.1.
  static let document = #"""
    {
      "openapi": "3.1.0",
      "info": {"title": "Probity node", "version": "1",
        "description": "Blocks, claims and receipts of a verification chain. Binary bodies are the encodings of SPEC.md."},
      "paths": {
        "/v1/status": {
          "get": {
            "operationId": "status",
            "summary": "What the node says about itself",
            "responses": {
              "200": {"description": "the status",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Status"}}}},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/genesis": {
          "get": {
            "operationId": "genesis",
            "summary": "The genesis file [GEN-3]",
            "responses": {
              "200": {"description": "the genesis", "content": {"application/json": {"schema": {"type": "object"}}}},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/transactions": {
          "post": {
            "operationId": "submit",
            "summary": "Hand in a transaction; once answered it is on the node's disk",
            "parameters": [
              {"name": "wait", "in": "query", "required": false, "description": "what to wait for", "schema": {"type": "string",
                "enum": ["accepted", "included"]}}
            ],
            "requestBody": {"required": true, "description": "a submission: counted transaction, option of counted blob [ENC-1]",
              "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
            "responses": {
              "200": {"description": "it stands in a block",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/TransactionStatus"}}}},
              "202": {"description": "it waits in the pool",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/TransactionStatus"}}}},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/transactions/{id}": {
          "get": {
            "operationId": "transaction",
            "summary": "Where a transaction stands",
            "parameters": [
              {"name": "id", "in": "path", "required": true, "description": "transaction id",
                "schema": {"$ref": "#/components/schemas/Digest"}}
            ],
            "responses": {
              "200": {"description": "its place",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/TransactionStatus"}}}},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/blocks": {
          "get": {
            "operationId": "blocks",
            "summary": "Blocks without their content, the newest first",
            "parameters": [
              {"name": "before", "in": "query", "required": false, "description": "only blocks below this height",
                "schema": {"type": "integer", "minimum": 0}},
              {"name": "limit", "in": "query", "required": false, "description": "1..256", "schema": {"type": "integer", "minimum": 0}}
            ],
            "responses": {
              "200": {"description": "a page", "content": {"application/json": {"schema": {"type": "object", "required": ["items"],
                "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/BlockSummary"}},
                  "next": {"type": "integer", "description": "cursor of the next page; absent at the end"}}}}}},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/blocks/{height}": {
          "get": {
            "operationId": "block",
            "summary": "A block with its blobs [BLOCK-4]",
            "parameters": [
              {"name": "height", "in": "path", "required": true, "description": "the height", "schema": {"type": "integer",
                "minimum": 0}},
              {"name": "wait", "in": "query", "required": false, "description": "seconds to wait for the block to be made, at most 30",
                "schema": {"type": "integer", "minimum": 0}}
            ],
            "responses": {
              "200": {"description": "the encoding", "content": {"application/octet-stream": {"schema": {"type": "string",
                "format": "binary"}}}},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/blocks/{height}/header": {
          "get": {
            "operationId": "header",
            "summary": "A header [BLOCK-1]",
            "parameters": [
              {"name": "height", "in": "path", "required": true, "description": "the height", "schema": {"type": "integer",
                "minimum": 0}}
            ],
            "responses": {
              "200": {"description": "the encoding", "content": {"application/octet-stream": {"schema": {"type": "string",
                "format": "binary"}}}},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/blocks/{height}/attestations": {
          "get": {
            "operationId": "attestations",
            "summary": "Who attests a header [BLOCK-4]",
            "parameters": [
              {"name": "height", "in": "path", "required": true, "description": "the height", "schema": {"type": "integer",
                "minimum": 0}}
            ],
            "responses": {
              "200": {"description": "the encoding of the list", "content": {"application/octet-stream": {"schema": {"type": "string",
                "format": "binary"}}}},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          },
          "post": {
            "operationId": "attest",
            "summary": "Hand in a validator's attestation",
            "parameters": [
              {"name": "height", "in": "path", "required": true, "description": "the height", "schema": {"type": "integer",
                "minimum": 0}}
            ],
            "requestBody": {"required": true, "description": "an attestation [BLOCK-4]",
              "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
            "responses": {
              "204": {"description": "taken"},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/blocks/{height}/transactions": {
          "get": {
            "operationId": "blockTransactions",
            "summary": "A block's transactions and what became of them, for people",
            "parameters": [{"name": "height", "in": "path", "required": true, "description": "the height",
              "schema": {"type": "integer", "minimum": 0}}],
            "responses": {
              "200": {"description": "the transactions, in order", "content": {"application/json": {"schema": {"type": "array",
                "items": {"type": "object"}}}}},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/accounts/{key}": {
          "get": {
            "operationId": "account",
            "summary": "An account",
            "parameters": [
              {"name": "key", "in": "path", "required": true, "description": "public key",
                "schema": {"$ref": "#/components/schemas/Digest"}}
            ],
            "responses": {
              "200": {"description": "the account",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Account"}}}},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/claims": {
          "get": {
            "operationId": "claims",
            "summary": "Claims, the newest first",
            "parameters": [
              {"name": "status", "in": "query", "required": false, "description": "only these", "schema": {"type": "string",
                "enum": ["pending", "finalized", "slashed"]}},
              {"name": "provider", "in": "query", "required": false, "description": "only this provider's",
                "schema": {"$ref": "#/components/schemas/Digest"}},
              {"name": "model", "in": "query", "required": false, "description": "only on this model",
                "schema": {"$ref": "#/components/schemas/Digest"}},
              {"name": "cursor", "in": "query", "required": false, "description": "where the page before ended",
                "schema": {"type": "integer", "minimum": 0}},
              {"name": "limit", "in": "query", "required": false, "description": "1..256", "schema": {"type": "integer", "minimum": 0}}
            ],
            "responses": {
              "200": {"description": "a page", "content": {"application/json": {"schema": {"type": "object", "required": ["items"],
                "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Claim"}}, "next": {"type": "integer",
                  "description": "cursor of the next page; absent at the end"}}}}}},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/claims/{id}": {
          "get": {
            "operationId": "claim",
            "summary": "A claim [LED-3]",
            "parameters": [
              {"name": "id", "in": "path", "required": true, "description": "claim id",
                "schema": {"$ref": "#/components/schemas/Digest"}}
            ],
            "responses": {
              "200": {"description": "the claim", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Claim"}}}},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/claims/{id}/records": {
          "get": {
            "operationId": "records",
            "summary": "A claim's records, for people [REC-2]",
            "parameters": [{"name": "id", "in": "path", "required": true, "description": "claim id",
              "schema": {"$ref": "#/components/schemas/Digest"}}],
            "responses": {
              "200": {"description": "the records, in order", "content": {"application/json": {"schema": {"type": "array",
                "items": {"type": "object"}}}}},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/claims/{id}/receipts/{record}": {
          "get": {
            "operationId": "receipt",
            "summary": "The receipt of a record [RCPT-1]",
            "parameters": [
              {"name": "id", "in": "path", "required": true, "description": "claim id",
                "schema": {"$ref": "#/components/schemas/Digest"}},
              {"name": "record", "in": "path", "required": true, "description": "index of the record", "schema": {"type": "integer",
                "minimum": 0}}
            ],
            "responses": {
              "200": {"description": "the receipt file", "content": {"application/octet-stream": {"schema": {"type": "string",
                "format": "binary"}}}},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/models": {
          "get": {
            "operationId": "models",
            "summary": "Registered models, by root",
            "responses": {
              "200": {"description": "the models", "content": {"application/json": {"schema": {"type": "array",
                "items": {"$ref": "#/components/schemas/Model"}}}}},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/models/{root}": {
          "get": {
            "operationId": "model",
            "summary": "A registered model with its graph [LED-2]",
            "parameters": [
              {"name": "root", "in": "path", "required": true, "description": "model root",
                "schema": {"$ref": "#/components/schemas/Digest"}}
            ],
            "responses": {
              "200": {"description": "the encoding", "content": {"application/octet-stream": {"schema": {"type": "string",
                "format": "binary"}}}},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/blobs/{digest}": {
          "get": {
            "operationId": "blob",
            "summary": "A tokenizer or the records of a claim",
            "parameters": [
              {"name": "digest", "in": "path", "required": true, "description": "SHA-256 of the bytes",
                "schema": {"$ref": "#/components/schemas/Digest"}}
            ],
            "responses": {
              "200": {"description": "the bytes", "content": {"application/octet-stream": {"schema": {"type": "string",
                "format": "binary"}}}},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/state/{key}": {
          "get": {
            "operationId": "stateProof",
            "summary": "An entry of the state with its proof: header, attestations, option of counted value, proof",
            "parameters": [
              {"name": "key", "in": "path", "required": true, "description": "encoding of a state key [LED-2]",
                "schema": {"type": "string", "pattern": "^([0-9a-f]{2})+$"}},
              {"name": "height", "in": "query", "required": false, "description": "after which block", "schema": {"type": "integer",
                "minimum": 0}}
            ],
            "responses": {
              "200": {"description": "the encoding", "content": {"application/octet-stream": {"schema": {"type": "string",
                "format": "binary"}}}},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/events": {
          "get": {
            "operationId": "events",
            "summary": "Server-sent events: block, claim, missed",
            "responses": {
              "200": {"description": "a stream that does not end", "content": {"text/event-stream": {"schema": {"type": "string"}}}},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/healthz": {
          "get": {
            "operationId": "health",
            "summary": "Whether the node works",
            "responses": {
              "200": {"description": "it works", "content": {"text/plain": {"schema": {"type": "string"}}}},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/metrics": {
          "get": {
            "operationId": "metrics",
            "summary": "Metrics for Prometheus",
            "responses": {
              "200": {"description": "the metrics", "content": {"text/plain": {"schema": {"type": "string"}}}},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/openapi.json": {
          "get": {
            "operationId": "description",
            "summary": "This document",
            "responses": {
              "200": {"description": "the document", "content": {"application/json": {"schema": {"type": "object"}}}},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/": {
          "get": {
            "operationId": "explorer",
            "summary": "A page that shows the chain",
            "responses": {
              "200": {"description": "the page", "content": {"text/html": {"schema": {"type": "string"}}}},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        }
      },
      "components": {
        "schemas": {
          "Digest": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
          "Amount": {"type": "string", "pattern": "^(0|[1-9][0-9]*)$", "description": "decimal number below 2^64"},
          "Status": {"type": "object", "required": ["chain", "network", "role", "height", "headerHash", "stateRoot", "timeMilliseconds",
            "finalHeight", "poolTransactions", "poolBytes", "executorVersion"],
              "properties": {"chain": {"$ref": "#/components/schemas/Digest"}, "network": {"type": "string"}, "role": {"type": "string",
                "enum": ["sequencer", "follower"]}, "height": {"type": "integer", "minimum": 0},
                  "headerHash": {"$ref": "#/components/schemas/Digest"}, "stateRoot": {"$ref": "#/components/schemas/Digest"},
                    "timeMilliseconds": {"type": "integer", "minimum": 0}, "finalHeight": {"type": "integer", "minimum": 0},
                      "poolTransactions": {"type": "integer", "minimum": 0}, "poolBytes": {"type": "integer", "minimum": 0},
                        "executorVersion": {"$ref": "#/components/schemas/Digest"}, "halted": {"type": "string"}}},
          "TransactionStatus": {"type": "object", "required": ["id"], "properties": {"id": {"$ref": "#/components/schemas/Digest"},
            "inclusion": {"type": "object", "required": ["height", "index", "outcome"], "properties": {"height": {"type": "integer",
              "minimum": 0}, "index": {"type": "integer", "minimum": 0}, "outcome": {"type": "integer", "minimum": 0}}}}},
          "BlockSummary": {"type": "object", "required": ["height", "hash", "parent", "timeMilliseconds", "stateRoot", "proposer",
            "transactions", "attestations"], "properties": {"height": {"type": "integer", "minimum": 0},
              "hash": {"$ref": "#/components/schemas/Digest"}, "parent": {"$ref": "#/components/schemas/Digest"},
                "timeMilliseconds": {"type": "integer", "minimum": 0}, "stateRoot": {"$ref": "#/components/schemas/Digest"},
                  "proposer": {"$ref": "#/components/schemas/Digest"}, "transactions": {"type": "integer", "minimum": 0},
                    "attestations": {"type": "integer", "minimum": 0}}},
          "Account": {"type": "object", "required": ["key", "nonce", "nextNonce", "balance", "stake", "locked", "unbonding", "height"],
            "properties": {"key": {"$ref": "#/components/schemas/Digest"}, "nonce": {"type": "integer", "minimum": 0},
              "nextNonce": {"type": "integer", "minimum": 0}, "balance": {"$ref": "#/components/schemas/Amount"},
                "stake": {"$ref": "#/components/schemas/Amount"}, "locked": {"$ref": "#/components/schemas/Amount"},
                  "unbonding": {"$ref": "#/components/schemas/Amount"}, "height": {"type": "integer", "minimum": 0}}},
          "Claim": {"type": "object", "required": ["id", "provider", "modelRoot", "batchRoot", "recordCount", "blob", "posted",
            "window", "deadline", "bond", "status"], "properties": {"id": {"$ref": "#/components/schemas/Digest"},
              "provider": {"$ref": "#/components/schemas/Digest"}, "modelRoot": {"$ref": "#/components/schemas/Digest"},
                "batchRoot": {"$ref": "#/components/schemas/Digest"}, "recordCount": {"type": "integer", "minimum": 0},
                  "blob": {"$ref": "#/components/schemas/Digest"}, "posted": {"type": "integer", "minimum": 0},
                    "window": {"type": "integer", "minimum": 0}, "deadline": {"type": "integer", "minimum": 0}, "bond": {"$ref": "#/components/schemas/Amount"},
                      "status": {"type": "string", "enum": ["pending", "finalized", "slashed"]}, "settled": {"type": "integer",
                        "minimum": 0}, "challenger": {"$ref": "#/components/schemas/Digest"}}},
          "Model": {"type": "object", "required": ["root", "name", "tensorsRoot", "tokenizer", "graphBytes", "height"],
            "properties": {"root": {"$ref": "#/components/schemas/Digest"}, "name": {"type": "string"},
              "tensorsRoot": {"$ref": "#/components/schemas/Digest"}, "tokenizer": {"$ref": "#/components/schemas/Digest"},
                "graphBytes": {"type": "integer", "minimum": 0}, "height": {"type": "integer", "minimum": 0},
                  "registrant": {"$ref": "#/components/schemas/Digest"}}},
          "Problem": {"type": "object", "required": ["type", "title", "status", "detail", "code"],
            "properties": {"type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer", "minimum": 0},
              "detail": {"type": "string"}, "code": {"type": "string"}, "number": {"type": "integer", "minimum": 0}}}
        },
        "responses": { "Problem": {"description": "what went wrong (RFC 9457)",
          "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}} }
      }
    }
    """#
}
