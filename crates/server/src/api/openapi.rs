//! `GET /api/openapi.json`: the description of `/api/v1`. A test holds it against the routes.

use axum::Json;
use serde_json::{Value, json};

pub async fn get() -> Json<Value> {
    Json(document())
}

pub fn document() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Anwang 安网",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Figures and lists of the last refresh. Staff log in at /login; the session cookie opens the API. Errors are problem details (RFC 9457) whose type carries a stable code."
        },
        "paths": {
            "/api/v1/status": { "get": {
                "operationId": "status",
                "summary": "Feeds and their freshness, programmes over the whole province, recent runs",
                "responses": answers(json!({"type": "object"}))
            }},
            "/api/v1/missed": { "get": list("missed", "Who seems eligible and is not served") },
            "/api/v1/wrong": { "get": list("wrong", "Who is served and seems not eligible, or is dead") },
            "/api/v1/alerts": { "get": alerts() }
        },
        "components": { "schemas": { "Finding": finding(), "List": page(), "Problem": problem() } }
    })
}

fn list(operation: &str, summary: &str) -> Value {
    let text = |name: &str, description: &str| json!({"name": name, "in": "query", "description": description, "schema": {"type": "string"}});
    json!({
        "operationId": operation,
        "summary": summary,
        "parameters": [
            text("county", "12-digit division code of a county; all counties without it"),
            text("programme", "programme name in the policy pack"),
            text("after", "the `next` of the page before"),
            {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}}
        ],
        "responses": answers(json!({"$ref": "#/components/schemas/List"}))
    })
}

fn alerts() -> Value {
    let words =
        |name: &str, words: &[&str]| json!({"name": name, "in": "query", "schema": {"type": "string", "enum": words}});
    json!({
        "operationId": "alerts",
        "summary": "Tasks that the warnings opened, one per household, most urgent first",
        "parameters": [
            {"name": "place", "in": "query", "description": "12-digit division code; everything below it", "schema": {"type": "integer"}},
            words("state", &["waiting", "assigned", "visited", "closed", "lapsed"]),
            words("severity", &["red", "orange", "yellow"]),
            {"name": "indicator", "in": "query", "description": "indicator name in the policy pack", "schema": {"type": "string"}},
            {"name": "skip", "in": "query", "schema": {"type": "integer", "minimum": 0, "default": 0}},
            {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}}
        ],
        "responses": answers(json!({"type": "array", "items": {"type": "object", "required": ["alert", "household", "township", "severity", "state", "indicators"]}}))
    })
}

fn answers(schema: Value) -> Value {
    let problem = json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
    json!({
        "200": {"description": "the answer", "content": {"application/json": {"schema": schema}}},
        "400": {"description": "a parameter is not right", "content": problem},
        "401": {"description": "not logged in", "content": problem}
    })
}

fn finding() -> Value {
    let key = json!({"type": "string", "pattern": "^[0-9a-f]{16}$"});
    let division = json!({"type": "string", "pattern": "^[0-9]{12}$"});
    json!({"type": "object", "required": ["person", "household", "programme", "county", "division", "reason"], "properties": {
        "person": key, "household": key, "programme": {"type": "string"}, "county": division, "division": division,
        "reason": {"type": "string", "description": "id of the deciding condition"},
        "amount_fen_per_month": {"type": ["integer", "null"]}, "since": {"type": ["string", "null"], "format": "date"}
    }})
}

fn page() -> Value {
    json!({"type": "object", "required": ["items", "next"], "properties": {
        "items": {"type": "array", "items": {"$ref": "#/components/schemas/Finding"}},
        "next": {"type": ["string", "null"]}
    }})
}

fn problem() -> Value {
    json!({"type": "object", "required": ["type", "title", "status"], "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}
    }})
}
