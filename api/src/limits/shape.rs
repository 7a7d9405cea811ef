//! A client's limit as requests and answers show it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rate::Rate;

/// How many requests a client may make.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimitInput {
    /// Requests a second, in the long run.
    #[schema(minimum = 1, maximum = 100_000, example = 500)]
    pub per_second: u32,
    /// Requests at once, after a silence.
    #[schema(minimum = 1, maximum = 100_000, example = 2_000)]
    pub burst: u32,
}

impl From<RateLimitInput> for Rate {
    fn from(input: RateLimitInput) -> Self {
        Self::new(input.per_second, input.burst)
    }
}

/// How many requests a client may make. A batch counts as one request and one more for every 50 items.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct RateLimit {
    /// Requests a second, in the long run.
    #[schema(minimum = 1, maximum = 100_000, example = 500)]
    pub per_second: u32,
    /// Requests at once, after a silence.
    #[schema(minimum = 1, maximum = 100_000, example = 2_000)]
    pub burst: u32,
}

impl From<Rate> for RateLimit {
    fn from(rate: Rate) -> Self {
        Self { per_second: rate.per_second.get(), burst: rate.burst.get() }
    }
}
