"""What the pieces of bone names mean: parts of the body, sides, and what stands aside from them."""

from __future__ import annotations

SIDES = {
    "left": (
        *("left", "lft", "lt", "l", "左", "links", "gauche", "izquierda", "izquierdo", "izq"),
        *("sinistra", "sinistro", "sx", "esquerda", "esquerdo", "левый", "левая", "лев"),
    ),
    "right": (
        *("right", "rgt", "rght", "rt", "r", "右", "rechts", "droite", "droit", "derecha"),
        *("derecho", "der", "destra", "destro", "dx", "direita", "direito"),
        *("правый", "правая", "прав"),
    ),
}

PARTS = {
    "hips": "hips pelvis 下半身 becken bassin cadera bacino quadril таз 骨盆",
    "hip": "hip",
    "spine": (
        "spine chest torso thorax abdomen abdom stomach waist back ribcage ribs lumbar "
        "upperchest uppertorso lowertorso lowerback upperbody ab sternum 上半身 wirbelsäule "
        "wirbelsaeule brustkorb colonne columna pecho petto spina coluna peito позвоночник "
        "грудь 脊柱 脊椎"
    ),
    "neck": "neck cervical 首 hals cou cuello collo pescoço pescoco шея 脖子 颈",
    "head": "head skull 頭 kopf tête tete cabeza testa cabeça cabeca голова 头",
    "jaw": "jaw mandible あご 顎",
    "eye": "eye eyeball 目",
    "clavicle": (
        "clavicle collar collarbone clav clavicula scapula scap schlüsselbein schluesselbein "
        "clavicule clavícula clavicola ключица 锁骨"
    ),
    "shoulder": "shoulder shldr shoulders 肩",
    "upperarm": "upperarm uparm humerus oberarm 上臂",
    "arm": "arm 腕 bras brazo braccio braço braco",
    "forearm": (
        "forearm lowerarm lowarm loarm elbow ulna ひじ 肘 unterarm ellbogen avantbras antebrazo "
        "avambraccio antebraço antebraco предплечье 前臂"
    ),
    "wrist": "wrist 手首",
    "hand": "hand 手 mano mão кисть",
    "thigh": "thigh upleg upperleg femur oberschenkel cuisse muslo coscia coxa бедро 大腿",
    "leg": "leg legs 足 jambe pierna gamba perna",
    "calf": ("calf shin shank lowleg lowerleg loleg knee tibia ひざ 膝 unterschenkel голень 小腿"),
    "ankle": "ankle 足首",
    "foot": "foot feet 脚 fuß fuss pied pie piede стопа",
    "toe": "toe toes toebase ball つま先 足先 zeh zehen orteil orteils носок 脚趾",
    "thumb": "thumb thmb 親指 daumen pouce pulgar pollice polegar 拇指",
    "index": ("index indx forefinger pointer 人指 人差指 人差し指 zeigefinger indice índice 食指"),
    "middle": "middle mid midle 中指 mittelfinger medio majeur",
    "ring": "ring 薬指 ringfinger anular annulaire anulare 无名指",
    "pinky": ("pinky pinkie pink little 小指 kleiner auriculaire meñique menique mignolo mindinho"),
    "finger": "finger fingers fing digit 指 doigt doigts dedo dedos dito dita",
}

DIGITS = ("thumb", "index", "middle", "ring", "pinky")

METACARPAL = ("metacarpal", "metacarpals", "metacarpus", "meta", "carpal", "carpals", "in", "start")
"""Bones within the hand, before a finger's three. "in" as in LeftInHandIndex."""

PALM = ("palm", "palms")
"""Either the whole hand or such a bone."""

LAYERS = {"fk": ("fk",), "def": ("def", "deform"), "org": ("org",)}
"""A rig of controls has its bones several times over."""

MODIFIERS = {
    "upper": ("upper", "up", "uper", "u"),
    "lower": ("lower", "low", "lo", "fore"),
    "body": ("body", "半身"),
}

NOISE = (
    "bone bones joint jnt jt j b bn bip biped base bind skin skel skeleton rig char character "
    "c ctr center centre m bend ref main sk f g adj cc valve human humanoid mixamorig "
    "proximal prox intermediate inter medial distal dist phalanx phalange big small "
    "root wurzel racine raiz raíz radice корень 根 stretch armature model player male female man "
    "woman avatar センター グルーブ 上 下"
)
"""Words that neither help nor harm."""

ASIDE = (
    "twist roll ik pole target tgt ctrl control ctl controller con cnt helper hlp help hair "
    "bang bangs ponytail skirt cape cloth clothes clothing dress coat sleeve weapon sword gun "
    "shield bow prop props attach attachment socket slot end nub tip tips top site effector "
    "eff mch wgt vis tweak jiggle dynamic dyn phys physics spring breast breasts bust boob "
    "boobs pec pectoral butt buttock buttocks glute tail ear ears tongue teeth tooth brow "
    "eyebrow lid eyelid lids lash eyelash cheek lip lips mouth nose nostril face facial chin "
    "switch corrective corr cor muscle share offset null locator loc aim pivot heel "
    "rock bank parent driver drv gizmo handle hat helmet glasses hood scarf belt bag pouch "
    "backpack ribbon tie chain string rope wing accessory acc camera light snap space sub "
    "half extra sec opt armor armour guard pad plate collider collision col "
    "bbone bendy volume pose space cog com fan swing dummy holder holster mount shadow "
    "捩 捩り 先 親 補助 髪 前髪 後髪 横髪 胸 舌 眉 スカート 袖 キャンセル ダミー 調整 "
    "操作 全て 全ての 両 両目 付与 乳 耳 尻尾 ネクタイ リボン 握り 拡散"
)
"""Words of bones that follow no joint: twist, control, helper, clothes, hair, face."""


def vocabulary() -> dict[str, tuple[str, str]]:
    """Of each word in lower case: its kind (side, part, ...) and what it stands for."""
    found = {word: ("noise", word) for word in NOISE.split()}
    found |= {word: ("aside", word) for word in ASIDE.split()}
    found |= {word: ("metacarpal", word) for word in METACARPAL}
    found |= {word: ("palm", word) for word in PALM}
    for kind, table in (("layer", LAYERS), ("modifier", MODIFIERS), ("side", SIDES)):
        found |= {word: (kind, name) for name, words in table.items() for word in words}
    return found | {w: ("part", part) for part, words in PARTS.items() for w in words.split()}
