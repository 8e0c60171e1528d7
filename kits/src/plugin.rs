//! One running plug-in: its bundle, folders, policy, and the state that each kit keeps for it.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

/// One running plug-in. Shared by all threads; everything in it is `Sync`.
#[derive(Default)]
pub struct Plugin {
    kit_state: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl Plugin {
    /// The state that one kit keeps for this plug-in, created empty on first use. Each kit declares its own type in
    /// its own file, so that this struct need not know it.
    pub fn state<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let mut map = self.kit_state.lock();
        let entry = map.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default()));
        Arc::clone(entry).downcast::<T>().unwrap_or_default()
    }
}
