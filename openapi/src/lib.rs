//! What the OpenAPI document of Zvit must hold, and what may change in it without breaking a client: pure functions over
//! documents. The program beside it writes, checks, lints and releases the committed one.

pub mod compatibility;
pub mod document;
mod finding;
pub mod lint;

pub use finding::Finding;
