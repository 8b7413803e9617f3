"""The models of the systems that lifting and adaptation build on, as data."""

from __future__ import annotations

from . import networks, smpl
from .model import Model

SEED_MODELS = (
    Model(
        name="vp3d",
        title="VideoPose3D, lifts 2D keypoints to 3D from 121 frames before and after",
        file="vp3d.safetensors",
        page="https://github.com/facebookresearch/VideoPose3D",
        fetch="https://dl.fbaipublicfiles.com/video-pose-3d/pretrained_h36m_detectron_coco.bin",
        source="pretrained_h36m_detectron_coco.bin",
        licence="not for commercial use (CC BY-NC 4.0); trained on Human3.6M, which is for "
        "research only",
        enables="`--lift vp3d` in broadcast and bake, `livemocap lift`",
        recognises=networks.has_key("expand_conv.weight", causal=False),
        write=networks.vp3d,
    ),
    Model(
        name="vp3d-causal",
        title="VideoPose3D that looks at no future frame, for live use",
        file="vp3d_causal.safetensors",
        page="https://github.com/facebookresearch/VideoPose3D",
        fetch="https://dl.fbaipublicfiles.com/video-pose-3d/cpn-ft-243-dbb-causal.bin (it learnt "
        "from another detector's keypoints in Human3.6M's order; they are made up from COCO's)",
        source="cpn-ft-243-dbb-causal.bin",
        licence="not for commercial use (CC BY-NC 4.0); trained on Human3.6M, which is for "
        "research only",
        enables="`--lift vp3d-causal`, live; the engine `lift:vp3d-causal`",
        recognises=networks.has_key("expand_conv.weight", causal=True),
        write=networks.vp3d_causal,
    ),
    Model(
        name="pstmo",
        title="P-STMO, lifts 2D keypoints to 3D from windows of 243 frames",
        file="pstmo.safetensors",
        page="https://github.com/paTRICK-swk/P-STMO",
        fetch="the pre-trained models of its README, and unpack "
        "PSTMOS_no_refine_48_5137_in_the_wild.pth",
        source="PSTMOS_no_refine_48_5137_in_the_wild.pth",
        licence="code and weights MIT; trained on Human3.6M, which is for research only, so treat "
        "the weights as not for commercial use",
        enables="`--lift pstmo` in broadcast and bake, `livemocap lift`",
        recognises=networks.has_key("Transformer.pos_embedding"),
        write=networks.pstmo,
    ),
    Model(
        name="pstmo-refine",
        title="P-STMO's refine module, for benchmarks with known root places",
        file="pstmo_refine.safetensors",
        page="https://github.com/paTRICK-swk/P-STMO",
        fetch="the pre-trained models of its README, and unpack PSTMO_refine_6_4215_h36m_cpn.pth",
        source="PSTMO_refine_6_4215_h36m_cpn.pth",
        licence="as pstmo's",
        enables="comparison with published results",
        recognises=networks.has_key("post_refine.0.weight"),
        write=networks.pstmo_refine,
    ),
    Model(
        name="dynaboa",
        title="DynaBOA's base model: one person's crop to an SMPL body",
        file="dynaboa.safetensors",
        page="https://github.com/syguan96/DynaBOA",
        fetch="File 1 of its README, and unpack basemodel.pt",
        source="basemodel.pt",
        licence="none is given, so nothing is allowed beyond looking: ask its authors; trained on "
        "Human3.6M, which is for research only",
        enables="the engine `hmr` (with smpl)",
        recognises=networks.has_key("decpose.weight"),
        write=networks.dynaboa,
    ),
    *(
        Model(
            name=name,
            title=f"SMPL, the {gender} body",
            file=f"{name.replace('-', '_')}.npz",
            page=page,
            fetch=f"{archive} after registering, and unpack {source}",
            source=source,
            licence="not for commercial use (SMPL Model License, non-commercial research); "
            "commercial licences from Meshcapade",
            enables=enables,
            recognises=smpl.is_body(gender),
            write=smpl.write_body,
        )
        for name, gender, page, archive, source, enables in (
            (
                "smpl",
                "neutral",
                "https://smplify.is.tue.mpg.de",
                "SMPLify's code and model",
                "basicModel_neutral_lbs_10_207_0_v1.0.0.pkl",
                "the engine `hmr` (with dynaboa)",
            ),
            (
                "smpl-male",
                "male",
                "https://smpl.is.tue.mpg.de",
                "SMPL for Python, version 1.0.0",
                "basicmodel_m_lbs_10_207_0_v1.0.0.pkl",
                "comparison with published results",
            ),
            (
                "smpl-female",
                "female",
                "https://smpl.is.tue.mpg.de",
                "SMPL for Python, version 1.0.0",
                "basicModel_f_lbs_10_207_0_v1.0.0.pkl",
                "comparison with published results",
            ),
        )
    ),
    Model(
        name="smplify-prior",
        title="how likely a pose is, as SMPLify and DynaBOA have it",
        file="smplify_prior.npz",
        page="https://smplify.is.tue.mpg.de",
        fetch="SMPLify's code and model after registering, and unpack gmm_08.pkl",
        source="gmm_08.pkl",
        licence="not for commercial use (SMPLify's licence of the Max Planck Society, "
        "non-commercial research)",
        enables="adaptation exactly as DynaBOA does it",
        recognises=smpl.is_prior,
        write=smpl.write_prior,
    ),
)
