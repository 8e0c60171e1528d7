//! What plug-in code may do: the code policies as data, the rules that its source is checked by, the rewriting that
//! puts the guards in, and where its imports are searched.
//!
//! * [`policy`]: the policies
//! * [`builtins`]: the names of Python that a policy's code sees
//! * [`rules`]: the compile-time rules over the Python 2 AST
//! * [`compiler`]: what else the original's compiler refuses
//! * [`rewrite`]: what the original's compiler changes in the code
//! * [`extended`]: the source rewriting of a flag
//! * [`level`]: how much of a policy is enforced
//! * [`imports`]: where a module of the bundle is searched
//!
//! May depend on `vm-glue` (its AST only); knows nothing of kits and bundles.

pub mod builtins;
pub mod compiler;
pub mod extended;
pub mod imports;
pub mod level;
pub mod policy;
pub mod rewrite;
pub mod rules;
pub mod visit;

pub use policy::{CLOUD, ELEVATED, MODEL, Policy, SERVICE, STANDARD, UNPICKLE};
