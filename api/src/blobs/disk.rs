//! Contents as files of a directory, which several processes may share: `ab/ab12…` for what is there, `tmp/` for what comes in.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest::{Context, SHA256};
use uuid::Uuid;

use super::{Blobs, Content, Incoming, Sha256, Stored};

/// Where contents are while they come in.
const INCOMING: &str = "tmp";

/// The directory.
#[derive(Debug, Clone)]
pub struct DiskBlobs {
    root: PathBuf,
}

impl DiskBlobs {
    /// Takes the directory, and makes it if it is missing: only its owner may look into it.
    ///
    /// # Errors
    /// When it can't be made or written.
    pub fn open(root: &Path) -> io::Result<Self> {
        let blobs = Self { root: root.to_owned() };
        make_private_dir(&blobs.incoming())?;
        drop(blobs.scratch()?);
        Ok(blobs)
    }

    fn incoming(&self) -> PathBuf {
        self.root.join(INCOMING)
    }

    fn path(&self, sha256: &Sha256) -> PathBuf {
        let name = crate::hex(sha256);
        self.root.join(name.get(..2).unwrap_or_default()).join(name)
    }

    fn new_file(&self) -> io::Result<(File, PathBuf)> {
        let path = self.incoming().join(Uuid::new_v4().simple().to_string());
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok((options.open(&path)?, path))
    }

    /// What nobody has written to since then will not be finished any more: its process is gone.
    fn sweep_incoming(&self, before_micros: i64) -> io::Result<()> {
        for entry in fs::read_dir(self.incoming())? {
            let path = entry?.path();
            if is_older(&path, before_micros)? {
                gone(fs::remove_file(&path))?;
            }
        }
        Ok(())
    }
}

impl Blobs for DiskBlobs {
    fn begin(&self) -> io::Result<Box<dyn Incoming>> {
        let (file, path) = self.new_file()?;
        let temporary = Temporary { path, is_kept: false };
        Ok(Box::new(DiskIncoming { blobs: self.clone(), file, temporary, digest: Context::new(&SHA256), size: 0 }))
    }

    fn open(&self, sha256: &Sha256) -> io::Result<Box<dyn Content>> {
        Ok(Box::new(File::open(self.path(sha256))?))
    }

    fn contains(&self, sha256: &Sha256) -> io::Result<bool> {
        self.path(sha256).try_exists()
    }

    fn remove(&self, sha256: &Sha256) -> io::Result<()> {
        gone(fs::remove_file(self.path(sha256)))
    }

    fn scratch(&self) -> io::Result<File> {
        let (file, path) = self.new_file()?;
        fs::remove_file(path)?;
        Ok(file)
    }

    fn sweep(&self, part: u8, before_micros: i64) -> io::Result<Vec<Sha256>> {
        if part == 0 {
            self.sweep_incoming(before_micros)?;
        }
        let entries = match fs::read_dir(self.root.join(crate::hex(&[part]))) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry?;
            let Some(sha256) = entry.file_name().to_str().and_then(read_hex) else { continue };
            if is_older(&entry.path(), before_micros)? {
                found.push(sha256);
            }
        }
        Ok(found)
    }

    fn is_older(&self, sha256: &Sha256, before_micros: i64) -> io::Result<bool> {
        is_older(&self.path(sha256), before_micros)
    }
}

/// A file on its way in: it goes unless it is put in its place.
struct Temporary {
    path: PathBuf,
    is_kept: bool,
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.is_kept
            && let Err(error) = gone(fs::remove_file(&self.path))
        {
            log::warn!("a file that did not come in whole could not be removed: {error}");
        }
    }
}

struct DiskIncoming {
    blobs: DiskBlobs,
    file: File,
    temporary: Temporary,
    digest: Context,
    size: u64,
}

impl Incoming for DiskIncoming {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.digest.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    fn sha256(&self) -> Sha256 {
        // SHA-256 has 32 bytes, so nothing is ever cut off or left over here.
        let mut sha256 = Sha256::default();
        for (to, from) in sha256.iter_mut().zip(self.digest.clone().finish().as_ref()) {
            *to = *from;
        }
        sha256
    }

    /// The same content again takes the place of the one that is there: what a disk has spoilt is mended by it.
    fn finish(mut self: Box<Self>) -> io::Result<Stored> {
        let sha256 = self.sha256();
        self.file.sync_all()?;
        let path = self.blobs.path(&sha256);
        let directory = path.parent().unwrap_or(&self.blobs.root);
        if !directory.try_exists()? {
            make_private_dir(directory)?;
            File::open(&self.blobs.root)?.sync_all()?;
        }
        fs::rename(&self.temporary.path, &path)?;
        self.temporary.is_kept = true;
        File::open(directory)?.sync_all()?;
        Ok(Stored { sha256, size: self.size })
    }
}

fn gone(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Whether it is there, and was there already then.
fn is_older(path: &Path, before_micros: i64) -> io::Result<bool> {
    let changed = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        metadata => metadata?.modified()?,
    };
    Ok(changed < moment(before_micros))
}

fn moment(micros: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

/// Reads a SHA-256 from 64 hexadecimal digits.
pub fn read_hex(name: &str) -> Option<Sha256> {
    let mut bytes = Sha256::default();
    let digits: Vec<u8> =
        name.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect::<Option<_>>()?;
    if digits.len() != bytes.len() * 2 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = pair.iter().fold(0, |value, digit| value << 4 | digit);
    }
    Some(bytes)
}

fn make_private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Place(PathBuf);

    impl Place {
        fn new() -> Self {
            Self(std::env::temp_dir().join(format!("zvit-blobs-{}", Uuid::new_v4().simple())))
        }

        fn files(&self) -> Vec<PathBuf> {
            let directories = fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().path());
            directories.flat_map(|one| fs::read_dir(one).unwrap().map(|entry| entry.unwrap().path())).collect()
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn put(blobs: &DiskBlobs, bytes: &[u8]) -> Stored {
        let mut incoming = blobs.begin().unwrap();
        incoming.write(bytes).unwrap();
        incoming.finish().unwrap()
    }

    const LATER: i64 = 4_000_000_000_000_000;

    #[test]
    fn a_content_stands_once_under_its_hash_and_is_mended_by_itself() {
        let place = Place::new();
        let blobs = DiskBlobs::open(&place.0).unwrap();
        let stored = put(&blobs, b"content");
        assert_eq!((stored.size, put(&blobs, b"content")), (7, stored));
        assert_eq!(place.files(), [blobs.path(&stored.sha256)]);
        fs::write(blobs.path(&stored.sha256), b"spoilt").unwrap();
        put(&blobs, b"content");
        let mut read = Vec::new();
        blobs.open(&stored.sha256).unwrap().read_to_end(&mut read).unwrap();
        assert_eq!(read, b"content");
        blobs.remove(&stored.sha256).unwrap();
        blobs.remove(&stored.sha256).unwrap();
        assert!(!blobs.contains(&stored.sha256).unwrap() && place.files().is_empty());
    }

    #[test]
    fn what_is_not_finished_leaves_nothing() {
        let place = Place::new();
        let blobs = DiskBlobs::open(&place.0).unwrap();
        let mut incoming = blobs.begin().unwrap();
        incoming.write(b"half").unwrap();
        assert_eq!(place.files().len(), 1);
        drop(incoming);
        drop(blobs.scratch().unwrap());
        assert!(place.files().is_empty());
    }

    #[test]
    fn a_sweep_takes_what_was_left_and_names_what_is_old_enough() {
        let place = Place::new();
        let blobs = DiskBlobs::open(&place.0).unwrap();
        let stored = put(&blobs, b"content");
        fs::write(blobs.incoming().join("left"), b"of a process that is gone").unwrap();
        let part = stored.sha256[0];
        assert_eq!(blobs.sweep(part, 0).unwrap(), Vec::<Sha256>::new());
        assert!(!blobs.is_older(&stored.sha256, 0).unwrap());
        assert_eq!(blobs.sweep(part, LATER).unwrap(), [stored.sha256]);
        assert!(blobs.is_older(&stored.sha256, LATER).unwrap());
        blobs.sweep(0, 0).unwrap();
        assert_eq!(place.files().len(), 2, "who may still be sending is let be");
        blobs.sweep(0, LATER).unwrap();
        assert_eq!(place.files(), [blobs.path(&stored.sha256)]);
        assert!(!blobs.is_older(&[0; 32], LATER).unwrap(), "what isn't there is not old");
    }
}
