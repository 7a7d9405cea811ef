//! The test directory (`suite/directory.json`): five institutions, six teams, and rules simple enough to foresee.
//!
//! | team | sees up to | takes | gives |
//! | --- | --- | --- | --- |
//! | alpha | amber | plenty | incident response, technology |
//! | bravo | amber+strict | plenty | incident response |
//! | charlie | red | 2, in emergencies 4 | incident response, technology |
//! | delta | amber | plenty | satellite communications |
//! | green | green | 1 | incident response, for health only |
//! | front_office | everything | everything | the coordinator's own |
//!
//! Rules: health goes to green, alpha, bravo, charlie by priority (so green only gets what is TLP green); energy to the least
//! loaded of alpha and bravo; registries to alpha and bravo in turn; water to charlie alone; all else to the least loaded
//! of alpha and bravo. Whoever asks for satellite communications gets delta's support.

/// A hospital (health).
pub const HOSPITAL: &str = "01920000-0000-7002-8000-000000000001";
/// A grid operator (energy).
pub const GRID: &str = "01920000-0000-7002-8000-000000000002";
/// A ministry (government) that runs a register and may report for the registry holder.
pub const MINISTRY: &str = "01920000-0000-7002-8000-000000000003";
/// The holder of a state registry (registries).
pub const REGISTRY: &str = "01920000-0000-7002-8000-000000000004";
/// A water utility (water).
pub const WATER: &str = "01920000-0000-7002-8000-000000000005";

/// Team alpha.
pub const ALPHA: &str = "01920000-0000-7003-8000-000000000001";
/// Team bravo.
pub const BRAVO: &str = "01920000-0000-7003-8000-000000000002";
/// Team charlie.
pub const CHARLIE: &str = "01920000-0000-7003-8000-000000000003";
/// Team delta.
pub const DELTA: &str = "01920000-0000-7003-8000-000000000004";
/// Team green.
pub const GREEN: &str = "01920000-0000-7003-8000-000000000005";
/// The coordinator's own team.
pub const FRONT_OFFICE: &str = "01920000-0000-7003-8000-000000000006";

/// The observing participant.
pub const OBSERVER: &str = "01920000-0000-7001-8000-000000000005";
/// A donor participant.
pub const DONOR: &str = "01920000-0000-7001-8000-000000000002";

/// EDRPOU code of the hospital.
pub const HOSPITAL_EDRPOU: &str = "99880012";
/// A valid EDRPOU code that nobody has.
pub const FREE_EDRPOU: &str = "99880087";
/// The same with a wrong check digit.
pub const WRONG_EDRPOU: &str = "99880088";

/// The directory as it is seeded.
pub const DOCUMENT: &str = include_str!("../suite/directory.json");
