"""From the bytes of an upload to a scan, whatever sort of file it is; runs in the child."""

from core.scans.images import UnreadableImage
from core.scans.readings import Choice, Scan, UnreadableScan

_HEAD = 132


def read_scan(data: bytes, choice: Choice) -> Scan:
    """Read an upload as grays; its first bytes tell what it is, not its name.

    Raises:
        UnreadableScan: If it is no scan that can be shown, whatever a library raised over it.
    """
    try:
        return _read(data, choice)
    except UnreadableScan:
        raise
    except UnreadableImage as error:
        raise UnreadableScan(_sentence(error)) from None
    except MemoryError:
        raise UnreadableScan(
            "This file takes more memory than a scan may: export a smaller part of it."
        ) from None
    # pydicom raises struct.error and TypeError on broken files, nibabel what NumPy raises. What
    # they say may quote the file, and with it a name: it goes no further.
    except Exception:  # noqa: BLE001
        raise UnreadableScan(
            "This file is damaged or of a kind that cannot be shown: export it again as PNG, "
            "DICOM or NIfTI."
        ) from None


def _read(data: bytes, choice: Choice) -> Scan:
    # Each library is imported for its own files alone: they take a quarter of a second each.
    if not data:
        raise UnreadableScan("This file is empty: choose another.")
    head = data[:_HEAD]
    if head[128:132] == b"DICM":
        from core.scans.dicom import read_dicom  # noqa: PLC0415

        return read_dicom(data, choice)
    if _looks_like_nifti(head):
        from core.scans.nifti import read_nifti  # noqa: PLC0415

        return read_nifti(data, choice)
    from core.scans.pictures import read_picture  # noqa: PLC0415

    return read_picture(data)


def _sentence(error: UnreadableImage) -> str:
    if error.reason.startswith("neither"):
        return (
            "This file is neither a picture (PNG, JPEG, BMP, GIF, TIFF) nor DICOM nor NIfTI: "
            "export it again as one of them."
        )
    return str(error)


def _looks_like_nifti(head: bytes) -> bool:
    """Tell whether a file begins as gzip, or with the size of a header of NIfTI 1 or 2."""
    sizes = ((348).to_bytes(4, order) for order in ("little", "big"))
    others = ((540).to_bytes(4, order) for order in ("little", "big"))
    return head[:2] == b"\x1f\x8b" or head[:4] in (*sizes, *others)
